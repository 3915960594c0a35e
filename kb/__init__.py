"""The knowledge base: articles, search and suggestions."""
