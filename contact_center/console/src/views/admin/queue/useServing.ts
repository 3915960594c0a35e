// Who could serve the queue as it is being edited: asked of the server, which also judges the save.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "../../../api";
import type { RelaxStep, Stage } from "../../../types";
import type { Level } from "../SkillLevels";

const PAUSE_MS = 300;

export function useServing(form: { skills: Level[]; relax: RelaxStep[]; agent_ids: string[] }) {
  const { skills, relax, agent_ids } = form;
  const [question] = useDebouncedValue(JSON.stringify({ skills, relax, agent_ids }), PAUSE_MS);
  return useQuery({
    queryKey: ["serving", question],
    queryFn: () =>
      api.post<{ stages: Stage[]; unserveable: boolean }>(
        "/queues/check",
        JSON.parse(question) as Record<string, unknown>,
      ),
    placeholderData: keepPreviousData,
    retry: false,
  }).data;
}
