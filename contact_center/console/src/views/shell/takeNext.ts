// Taking the next waiting contact by hand, from wherever one is.
import type { TFunction } from "i18next";
import { api } from "../../api";
import { toast } from "../../parts/toast";
import type { AssignmentAnswer } from "../../types";

export async function takeNext(t: TFunction, go: (path: string) => void): Promise<void> {
  const answer = await api.post<AssignmentAnswer | null>("/offers/next");
  if (answer?.assignment) go(`/c/${answer.assignment.conversation_id}`);
  else toast(t("list.nothingToTake"));
}
