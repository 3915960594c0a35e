// The composer's frame: reply or note. Each mode is an editor of its own, keyed by conversation AND mode, so that text typed
// for one can never be sent as the other.
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { live } from "../../connection";
import { useKeys } from "../../keys";
import { changedOutside, composeIn, draftKey, isEmpty, readDraft } from "../../store/drafts";
import { useValue } from "../../store/value";
import type { ConversationPanel, Mode } from "../../types";
import { Editor } from "./Editor";

interface Props {
  id: string;
  panel: ConversationPanel;
  pane: RefObject<HTMLElement | null>;
  onNext: () => void;
}

const startMode = (id: string, canReply: boolean): Mode =>
  !canReply || (isEmpty(readDraft(id, "reply")) && !isEmpty(readDraft(id, "note"))) ? "note" : "reply";

export function Composer({ id, panel, pane, onNext }: Props) {
  const { t } = useTranslation();
  const { can } = panel.mine;
  const [mode, setMode] = useState<Mode>(() => startMode(id, can.reply));
  const box = useRef<HTMLDivElement>(null);
  const outside = useValue(changedOutside);
  const forwarding = readDraft(id, "forward").forwards !== null;
  const asked = useValue(composeIn);
  const enter = (next: Mode) => {
    setMode(next);
    requestAnimationFrame(() => box.current?.querySelector("textarea")?.focus());
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each time that somebody asks
  useEffect(() => {
    if (asked?.conversation !== id) return;
    composeIn.set(null);
    enter(asked.mode);
  }, [asked]);
  // Sent or discarded: there is nothing to forward any more.
  useEffect(() => {
    if (mode === "forward" && !forwarding) setMode("reply");
  }, [mode, forwarding]);
  useKeys({ r: () => can.reply && enter("reply"), n: () => can.note && enter("note") });
  // The jump button stands above the composer, however high that is.
  useEffect(() => {
    const node = box.current;
    if (!node || !("ResizeObserver" in window)) return;
    const watch = new ResizeObserver(() => pane.current?.style.setProperty("--composer", `${node.offsetHeight}px`));
    watch.observe(node);
    return () => watch.disconnect();
  }, [pane]);
  if (!can.reply && !can.note) return <div className="cmp muted">{t("composer.readOnly")}</div>;
  const modes = (["reply", "note", ...(forwarding ? (["forward"] as const) : [])] as const).filter((each) =>
    each === "note" ? can.note : can.reply,
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only notices that the writer went away
    <div className="cmp" ref={box} onBlur={() => live.viewing(id, "viewing")}>
      <Editor
        key={`${id}:${mode}:${outside[draftKey(id, mode)] ?? 0}`}
        id={id}
        mode={mode}
        panel={panel}
        onNext={onNext}
        switcher={
          <div className="seg" role="radiogroup" aria-label={t("composer.mode")}>
            {modes.map((each) => (
              // biome-ignore lint/a11y/useSemanticElements: two buttons that switch, as in the design; arrow keys work below
              <button
                key={each}
                type="button"
                role="radio"
                aria-checked={mode === each}
                tabIndex={mode === each ? 0 : -1}
                onClick={() => enter(each)}
                onKeyDown={(event) => {
                  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
                  const next = modes[(modes.indexOf(each) + step + modes.length) % modes.length];
                  if (step !== 0 && next) setMode(next);
                }}
              >
                {t(`composer.${each}`)}
              </button>
            ))}
          </div>
        }
      />
    </div>
  );
}
