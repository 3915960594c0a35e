"""Durable work: a job is a row written in the transaction of its cause, run at least once, finished with its effect.

A *transactional* kind changes only the database: its effect and the job's end are one commit, so it happens exactly once.
An *outside* kind does network work first and returns a unit that records the result together with the job's end.
A job without a lane is leased to the process that wrote it and run right after the commit. `lane`: only the oldest
unfinished job of a lane runs (the order of sends in a conversation); a parked job frees its lane.
"""

from contact_center.jobs.rows import BELL, LEASE, Job, JobRow, cancel, enqueue, hasten
from contact_center.jobs.runner import JobKind, JobRunner, Later, Outside, Recorded, TookTooLong, Transactional

__all__ = [
    "BELL",
    "LEASE",
    "Job",
    "JobKind",
    "JobRow",
    "JobRunner",
    "Later",
    "Outside",
    "Recorded",
    "TookTooLong",
    "Transactional",
    "cancel",
    "enqueue",
    "hasten",
]
