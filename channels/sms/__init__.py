"""SMS and WhatsApp over Twilio: signed webhooks in, texts out through our own transport, what became of them."""
