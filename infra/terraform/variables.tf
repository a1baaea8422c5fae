variable "name" {
  description = "Prefix of everything that is made"
  type        = string
  default     = "rebut"
}

variable "vpc_id" {
  description = "Network that the workers run in"
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets in at least two zones"
  type        = list(string)
}

variable "client_security_group_id" {
  description = "Security group of the workers and the web server: nobody else reaches the database or Redis"
  type        = string
}

variable "database_class" {
  type    = string
  default = "db.t4g.medium"
}

variable "redis_class" {
  type    = string
  default = "cache.t4g.small"
}

variable "redis_password" {
  description = "At least 16 characters; give it by TF_VAR_redis_password, never in a file"
  type        = string
  sensitive   = true

  validation {
    condition     = length(var.redis_password) >= 16
    error_message = "The password of Redis must have at least 16 characters."
  }
}

variable "backup_days" {
  type    = number
  default = 35
}
