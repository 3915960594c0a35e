"""An omnichannel contact centre and service desk. See docs/glossary.md for the words used here."""
