// Agents by state, a line for each queue: whoever serves two queues stands in both.
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Scroll } from "../../parts/Scroll";
import { WALL_STATES, type WallQueue } from "../../types";

/** Shares of the states that are not offline; the table beside it says the same in numbers. */
function Bar({ agents }: { agents: WallQueue["agents"] }) {
  const states = WALL_STATES.filter((each) => each !== "offline" && agents[each] > 0);
  return (
    <span className="wall-bar" aria-hidden>
      {states.map((each) => (
        <i key={each} className={each} style={{ flexGrow: agents[each] }} />
      ))}
    </span>
  );
}

const Row = memo(function Row({ row }: { row: WallQueue }) {
  return (
    <tr>
      <th scope="row">{row.queue.name}</th>
      <td>
        <Bar agents={row.agents} />
      </td>
      {WALL_STATES.map((each) => (
        <td key={each} className={`r num${row.agents[each] === 0 ? " zero" : ""}`}>
          {row.agents[each]}
        </td>
      ))}
    </tr>
  );
});

export function AgentTable({ queues }: { queues: WallQueue[] }) {
  const { t } = useTranslation();
  return (
    <Scroll label={t("wall.agents")} card>
      <table className="grid wall-t">
        <thead>
          <tr>
            <th scope="col">{t("wall.agents")}</th>
            <th scope="col">
              <span className="sr">{t("wall.shares")}</span>
            </th>
            {WALL_STATES.map((each) => (
              <th key={each} scope="col" className="r">
                <i className={`wall-dot ${each}`} aria-hidden />
                {t(`wall.state.${each}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {queues.map((each) => (
            <Row key={each.queue.id} row={each} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
