"""One question after a contact: how content was the customer. Asked once per closure, by the way the customer came."""
