"""Jobs as rows: written in the transaction of their cause, by `enqueue`. How they run is the runner's business."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, Text, delete, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.logs import correlation
from contact_center.db import Base, Json, UtcDateTime, id_column, notes, partial_index
from contact_center.ids import new_id

LEASE = timedelta(seconds=60)
BELL = "jobs"


class JobRow(Base):
    """One unit of work still to be done, or parked with its reason; finished ones are deleted."""

    __tablename__ = "job"
    __table_args__ = (
        partial_index("ix_job_due", "run_at", where=text("parked_at IS NULL")),
        partial_index("ix_job_lane", "lane", "id", where=text("parked_at IS NULL AND lane IS NOT NULL")),
    )
    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(String(60))
    lane: Mapped[str | None] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer)
    leased_by: Mapped[str | None] = mapped_column(String(200))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    parked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    correlation: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its handler sees it; `attempts` counts this one."""

    id: str
    kind: str
    lane: str | None
    payload: Mapping[str, Any]
    attempts: int
    correlation: str


def enqueue(
    session: AsyncSession,
    kind: str,
    payload: Mapping[str, Any],
    *,
    at: datetime,
    lane: str | None = None,
    run_at: datetime | None = None,
) -> str:
    """Write a job with this unit's commit; `at` is now, `run_at` when it is due. Returns its id."""
    identifier = new_id()
    due = run_at or at
    left = notes(session)
    node = session.info.get("node")
    immediate = lane is None and due <= at and node is not None
    left.append(
        JobRow,
        {
            "id": identifier,
            "kind": kind,
            "lane": lane,
            "payload": dict(payload),
            "run_at": due,
            "attempts": 1 if immediate else 0,
            "leased_by": node if immediate else None,
            "leased_until": at + LEASE if immediate else None,
            "parked_at": None,
            "reason": None,
            "correlation": correlation.get(),
            "created_at": at,
        },
    )
    if immediate:
        left.jobs.append(Job(identifier, kind, None, dict(payload), 1, correlation.get()))
    else:
        left.bells.add(BELL)
    return identifier


async def hasten(session: AsyncSession, job_id: str, *, at: datetime) -> bool:
    """Let a job that waits for its time run now, in its old place in the lane; False when there is none waiting."""
    waiting = update(JobRow).where(JobRow.id == job_id, JobRow.parked_at.is_(None), JobRow.leased_by.is_(None))
    found = await session.execute(waiting.values(run_at=at).execution_options(synchronize_session=False))
    notes(session).bells.add(BELL)
    return bool(found.rowcount)  # type: ignore[attr-defined]


async def cancel(session: AsyncSession, job_id: str) -> bool:
    """Take back a job that nobody runs now, parked or not, so that its lane is free; False when there is none."""
    gone = await session.execute(delete(JobRow).where(JobRow.id == job_id, JobRow.leased_by.is_(None)))
    notes(session).bells.add(BELL)
    return bool(gone.rowcount)  # type: ignore[attr-defined]
