"""Deployment facts: settings, shipped defaults, logging. Business facts live in tables edited on screen."""
