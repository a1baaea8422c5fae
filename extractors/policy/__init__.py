"""A payer's coverage policy as a tree of criteria."""

from extractors.policy.read import Indication, Node, Note, Policy, outline, published, read_policy

__all__ = ["Indication", "Node", "Note", "Policy", "outline", "published", "read_policy"]
