"""The doors: one folder per channel, none importing another; each is known to the house only by `contact_center.channel`."""
