output "storage" {
  description = "REBUT_STORAGE"
  value       = "s3://${aws_s3_bucket.files.id}?region=${aws_s3_bucket.files.region}&sse=aws:kms&kms_key=${aws_kms_key.this.arn}"
}

output "database_host" {
  description = "Of REBUT_DATABASE: postgresql+psycopg://rebut:PASSWORD@HOST/rebut?sslmode=verify-full"
  value       = aws_db_instance.this.address
}

output "database_secret" {
  description = "Where Secrets Manager keeps the password"
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}

output "broker_host" {
  description = "Of REBUT_BROKER: rediss://:PASSWORD@HOST:6379/0"
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "policy" {
  description = "For the role of the pods"
  value       = aws_iam_policy.use.arn
}
