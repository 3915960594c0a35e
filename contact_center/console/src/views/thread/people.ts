// To whom work can be handed: queues and agents, asked for when a menu or a dialog needs them.
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api";
import type { AgentState, Page, Queue } from "../../types";

export function useQueues() {
  return useQuery({
    queryKey: ["queues"],
    queryFn: ({ signal }) => api.get<Page<Queue>>("/queues", { query: { limit: 200 }, signal }),
  });
}

export function useAgents() {
  return useQuery({
    queryKey: ["agents"],
    queryFn: ({ signal }) => api.get<Page<AgentState>>("/agents", { query: { limit: 200 }, signal }),
  });
}
