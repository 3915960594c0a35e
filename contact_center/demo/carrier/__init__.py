"""A telephone company on this machine: Twilio's REST for texts, and properly signed webhooks, for demo, tests and trainees."""
