// To whom a new mail goes: addresses as people type them, customers proposed by name or address while one types.
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { Avatar } from "../../parts/Avatar";
import { useWalk } from "../../parts/useWalk";
import type { NewMail } from "../../store/newMail";
import type { Customer, Identity, Page } from "../../types";

const SHOWN = 6;
const PAUSE_MS = 200;
const LAST = /[^,;，；]*$/;

interface Proposal {
  id: string;
  name: string;
  address: string;
}

async function proposals(q: string, signal: AbortSignal): Promise<Proposal[]> {
  const found = await api.get<Page<Customer>>("/customers", { query: { q, limit: SHOWN }, signal });
  const each = await Promise.all(
    found.items.map(async ({ id, name }) => {
      const all = await api.get<Page<Identity>>(`/customers/${id}/identities`, { signal });
      return all.items
        .filter((one) => one.kind === "email")
        .map((one) => ({ id: one.id, name: name === one.value ? "" : name, address: one.value }));
    }),
  );
  return each.flat().slice(0, SHOWN);
}

/** The address as it is written into the field; a name with a comma would be read as two. */
function written({ name, address }: Proposal): string {
  const plain = name.replace(/[,;，；<>"]/g, " ").trim();
  return plain ? `${plain} <${address}>` : address;
}

function useProposals(text: string, active: boolean): Proposal[] {
  const [asked] = useDebouncedValue((LAST.exec(text)?.[0] ?? "").trim(), PAUSE_MS);
  const wanted = active && asked.length > 1 && !asked.includes("<");
  const found = useQuery({
    queryKey: ["recipients", asked],
    queryFn: ({ signal }) => proposals(asked, signal),
    enabled: wanted,
  });
  const all = wanted ? (found.data ?? []) : [];
  return all.filter((each) => each.address !== asked && !text.includes(`<${each.address}>`));
}

function To({ mail, wrong, onChange }: Props) {
  const { t } = useTranslation();
  const [active, setActive] = useState(false);
  const found = useProposals(mail.to, active);
  const take = (one: Proposal) => {
    onChange({ to: `${mail.to.replace(LAST, "").trimEnd()} ${written(one)}, `.trimStart() });
    setActive(false);
  };
  const walk = useWalk(found, take, () => setActive(false));
  const shown = found.length > 0;
  return (
    <div className="to-hold">
      <TextInput
        label={t("composer.to")}
        data-autofocus={mail.to === "" || undefined}
        value={mail.to}
        autoComplete="off"
        aria-invalid={wrong}
        role="combobox"
        aria-expanded={shown}
        aria-autocomplete="list"
        {...(shown ? { "aria-controls": walk.listId, "aria-activedescendant": walk.optionId(walk.active) } : {})}
        onChange={(event) => {
          setActive(true);
          onChange({ to: event.currentTarget.value });
        }}
        onBlur={() => setActive(false)}
        onKeyDown={(event) => {
          if (shown) walk.onKey(event);
        }}
      />
      {shown && (
        <div className="to-list" role="listbox" id={walk.listId} aria-label={t("newMail.known")}>
          {found.map((one, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard in the box above, where the focus stays
            // biome-ignore lint/a11y/useFocusableInteractive: the box names the active option
            <div
              key={one.id}
              id={walk.optionId(index)}
              role="option"
              aria-selected={index === walk.active}
              className="palette-one"
              onMouseDown={(event) => event.preventDefault()}
              onMouseMove={() => walk.setActive(index)}
              onClick={() => take(one)}
            >
              <Avatar name={one.name || one.address} size={22} />
              <b>{one.name || one.address}</b>
              <span>{one.address}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

interface Props {
  mail: NewMail;
  wrong: boolean;
  onChange: (next: Partial<NewMail>) => void;
}

export function Recipients(props: Props) {
  const { t } = useTranslation();
  const { mail, onChange } = props;
  const [copies, setCopies] = useState(mail.cc !== "" || mail.bcc !== "");
  return (
    <>
      <To {...props} />
      {copies ? (
        <>
          <TextInput
            label={t("composer.cc")}
            value={mail.cc}
            autoComplete="off"
            onChange={(event) => onChange({ cc: event.currentTarget.value })}
          />
          <TextInput
            label={t("composer.bcc")}
            description={t("composer.bccHow")}
            value={mail.bcc}
            autoComplete="off"
            onChange={(event) => onChange({ bcc: event.currentTarget.value })}
          />
        </>
      ) : (
        <button type="button" className="link" onClick={() => setCopies(true)}>
          {t("composer.addCc")}
        </button>
      )}
    </>
  );
}
