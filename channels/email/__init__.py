"""E-mail: the mail that comes in over SMTP, the answers that go out. Import it as `channels.email`, never as `email`."""
