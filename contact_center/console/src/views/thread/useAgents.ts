// The agents that this person may see, by name: to hand work to, to prefer.
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api";
import type { AgentState, Page } from "../../types";

export function useAgents() {
  return useQuery({
    queryKey: ["agents"],
    queryFn: ({ signal }) => api.get<Page<AgentState>>("/agents", { query: { limit: 200 }, signal }),
  });
}
