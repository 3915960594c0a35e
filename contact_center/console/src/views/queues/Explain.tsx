// Why an interaction waits and who could take it, or why its agent has it: the router's own words, read anew every few seconds.
import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { duration } from "../../format";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { Scroll } from "../../parts/Scroll";
import { When } from "../../parts/Time";
import type { Explained, Won } from "../../types";

const AGAIN_MS = 5000;

function Winner({ won }: { won: Won }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t(`explain.rule.${won.rule}`)}</p>
      {won.rivals.length === 0 ? (
        <p className="muted">{won.rank ? t("explain.noRivals") : t("explain.picked")}</p>
      ) : (
        <Scroll label={t("explain.rivals")}>
          <table className="grid">
            <caption>{t("explain.rivals")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("queues.agent")}</th>
                <th scope="col" className="r">
                  {t("explain.score")}
                </th>
                <th scope="col" className="r">
                  {t("explain.idleSince")}
                </th>
              </tr>
            </thead>
            <tbody>
              {[{ agent: { id: "winner", name: t("explain.winner") }, rank: won.rank }, ...won.rivals].map((each) => (
                <tr key={each.agent.id} className={each.agent.id === "winner" ? "sel" : ""}>
                  <td>{each.agent.name}</td>
                  <td className="r num">{each.rank?.score ?? t("none")}</td>
                  <td className="r num">{each.rank?.idle_since ? <When at={each.rank.idle_since} /> : t("none")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

function Waits({ told }: { told: Explained }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { live } = told;
  return (
    <>
      {told.held_until && (
        <p>
          {t("explain.heldUntil")} <When at={told.held_until} />
        </p>
      )}
      {live?.position != null && <p>{t("explain.position", { count: live.position })}</p>}
      {told.estimate && (
        <p>
          {t("explain.estimate", {
            from: duration(language, told.estimate.p50_s),
            to: duration(language, told.estimate.p80_s),
          })}
        </p>
      )}
      {live && live.needs.length > 0 && (
        <ul className="plain">
          {live.needs.map((need) => (
            <li key={need.skill.id}>
              {t("explain.need", {
                skill: need.skill.name,
                level: need.level,
                count: need.agents,
                available: need.available,
              })}
            </li>
          ))}
        </ul>
      )}
      {live?.next_step?.at && (
        <p>
          {live.next_step.level === null
            ? t("explain.drops", { skill: live.next_step.skill.name })
            : t("explain.falls", { skill: live.next_step.skill.name, level: live.next_step.level })}{" "}
          <When at={live.next_step.at} />
        </p>
      )}
      {live?.kept_for && <p>{t("explain.keptFor", { name: live.kept_for.name })}</p>}
      {told.overflow && (
        <p>
          {t("explain.overflow", { queue: told.overflow.queue.name })} <When at={told.overflow.at} />
        </p>
      )}
      {live && (
        <Scroll label={t("explain.candidates")}>
          <table className="grid">
            <caption>{t("explain.candidates")}</caption>
            <tbody>
              {live.candidates.map((each) => (
                <tr key={each.agent.id}>
                  <th scope="row">{each.agent.name}</th>
                  <td>
                    <span className={`pill ${each.because === "able" ? "ok" : ""}`}>
                      {t(`explain.because.${each.because}`)}
                    </span>{" "}
                    {each.missing
                      .map((lack) => t("admin.skillLevel", { name: lack.skill.name, level: lack.level }))
                      .join(", ")}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {live.candidates.length === 0 && <p className="empty">{t("explain.nobody")}</p>}
        </Scroll>
      )}
    </>
  );
}

export function Explain({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ["explain", id],
    queryFn: ({ signal }) => api.get<Explained>(`/interactions/${id}/explain`, { signal }),
    refetchInterval: AGAIN_MS,
  });
  const told = found.data;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("explain.title")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <div className="explain">
        {found.error && <Problem error={found.error} again={() => void found.refetch()} />}
        {found.isLoading && <p className="empty">{t("loading")}</p>}
        {told?.why && <p className="lead">{t(`explain.why.${told.why.code}`)}</p>}
        {told?.why && <Waits told={told} />}
        {told?.given && !told.why && (
          <>
            <p className="lead">{t("explain.given", { name: told.given.agent.name })}</p>
            <Winner won={told.given.won} />
          </>
        )}
        {told && told.offers.length > 0 && (
          <>
            <h3>{t("explain.offers")}</h3>
            <ul className="plain">
              {told.offers.map((offer) => (
                <li key={`${offer.agent.id}-${offer.offered_at}`}>
                  <When at={offer.offered_at} /> {offer.agent.name}:{" "}
                  <span className="pill">{t(`explain.offer.${offer.state}`)}</span>{" "}
                  {t(`explain.rule.${offer.won.rule}`)}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Modal>
  );
}
