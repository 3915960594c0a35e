// API tokens of one's own: made with chosen rights, shown once, revoked here.
import { Button, CopyButton, MultiSelect, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { Scroll } from "../../parts/Scroll";
import { toast } from "../../parts/toast";
import { serverNow } from "../../store/clock";
import type { Me } from "../../types";
import type { ApiToken } from "../../types-settings";
import { useList } from "../admin/list";
import { useSaving } from "./useSaving";

const PATH = "/api-tokens";

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ["list", PATH] });
}

/** A token ends with the chosen day, as the person's own clock counts it. */
const endOf = (day: string) => (day === "" ? {} : { expires_at: new Date(`${day}T23:59:59`).toISOString() });

function Made({ token, onKept }: { token: string; onKept: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="card form-card" role="status">
      <p>{t("account.once")}</p>
      <code style={{ overflowWrap: "anywhere" }}>{token}</code>
      <CopyButton value={token}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            {copied ? t("account.copied") : t("account.copy")}
          </Button>
        )}
      </CopyButton>
      <Button onClick={onKept}>{t("account.kept")}</Button>
    </div>
  );
}

function Make({ user }: { user: Me }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>([]);
  const [day, setDay] = useState("");
  const [made, setMade] = useState<string | null>(null);
  const { busy, problem, run, error } = useSaving();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const answer = await api.post<{ token: string }>(PATH, { name: name.trim(), scopes, ...endOf(day) });
      setMade(answer.token);
      setName("");
      setScopes([]);
      setDay("");
      await refresh();
    });
  };
  if (made !== null) return <Made token={made} onKept={() => setMade(null)} />;
  const shown = error("name") ?? error("scopes") ?? error("expires_at");
  return (
    <form className="card form-card" onSubmit={submit} noValidate>
      <TextInput
        label={t("account.tokenName")}
        value={name}
        error={error("name")}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <MultiSelect
        label={t("account.scopes")}
        searchable
        data={Object.keys(user.permissions).sort()}
        value={scopes}
        error={error("scopes")}
        onChange={setScopes}
      />
      <TextInput
        type="date"
        label={t("account.expires")}
        description={t("account.never")}
        value={day}
        error={error("expires_at")}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
      {problem !== null && !shown && <Problem error={problem} />}
      <Button type="submit" loading={busy} disabled={name.trim() === "" || scopes.length === 0}>
        {t("account.make")}
      </Button>
    </form>
  );
}

function TokenRow({ token }: { token: ApiToken }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefresh();
  const { busy, problem, run } = useSaving();
  const day = (at: string) => new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(at));
  const ended = token.expires_at !== null && Date.parse(token.expires_at) <= serverNow();
  const revoke = () => {
    if (!window.confirm(t("account.sure", { name: token.name }))) return;
    void run(async () => {
      await api.delete(`${PATH}/${token.id}`);
      toast(t("account.revoked"));
      await refresh();
    });
  };
  return (
    <tr>
      <td>{token.name}</td>
      <td>{token.scopes.join(", ")}</td>
      <td>{day(token.created_at)}</td>
      <td>{ended ? t("account.ended") : token.expires_at ? day(token.expires_at) : t("account.never")}</td>
      <td>
        <Button
          variant="default"
          size="xs"
          loading={busy}
          aria-label={t("account.revokeNamed", { name: token.name })}
          onClick={revoke}
        >
          {t("account.revoke")}
        </Button>
        {problem !== null && <Problem error={problem} />}
      </td>
    </tr>
  );
}

export function Tokens({ user }: { user: Me }) {
  const { t } = useTranslation();
  const found = useList<ApiToken>(PATH);
  const heads = ["tokenName", "scopes", "made", "expires"];
  return (
    <section className="account-tokens">
      <h2>{t("account.tokens")}</h2>
      <p className="muted">{t("account.tokensHow")}</p>
      {found.error && <Problem error={found.error} again={() => void found.refetch()} />}
      <Scroll card label={t("account.tokens")}>
        <table className="grid">
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {t(`account.${head}`)}
                </th>
              ))}
              <th scope="col">{t("admin.actions")}</th>
            </tr>
          </thead>
          <tbody>
            {found.data?.items.map((token) => (
              <TokenRow key={token.id} token={token} />
            ))}
          </tbody>
        </table>
        {found.isSuccess && found.data.items.length === 0 && <p className="empty">{t("account.none")}</p>}
        {found.isLoading && <p className="empty">{t("loading")}</p>}
      </Scroll>
      <Make user={user} />
    </section>
  );
}
