// One editor: recipients, text, files and the send button. Ctrl+Enter sends; never while an input method is composing.
import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { IconCheck, IconChevronDown, IconMail, IconPaperclip, IconSend, IconX } from "@tabler/icons-react";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { live } from "../../connection";
import { fileSize, percent } from "../../format";
import { useLanguage } from "../../i18n";
import { keyNames, sendKey } from "../../keys";
import { measure } from "../../segments";
import { draftKey, dropDraft, readDraft, savedState } from "../../store/drafts";
import { useEntity } from "../../store/hooks";
import { session } from "../../store/session";
import { attach, detach, uploads } from "../../store/uploads";
import { useValue } from "../../store/value";
import type { ConversationPanel, Language, Mode, Then, WorkItem } from "../../types";
import { useHash } from "./articles";
import { CannedButton, useSlash } from "./Canned";
import { useEditor } from "./useEditor";

interface Props {
  id: string;
  mode: Mode;
  panel: ConversationPanel;
  switcher: ReactNode;
  onNext: () => void;
}

function SavedMark({ name }: { name: string }) {
  const { t } = useTranslation();
  const state = useValue(savedState(name));
  if (state === "clean" || state === "local") return null;
  return (
    <span className="saved">
      {state === "saved" && <IconCheck size={12} stroke={2.2} aria-hidden />}
      {state === "saved" ? t("composer.saved") : t("composer.savedHere")}
    </span>
  );
}

function FileList({ id, mode }: { id: string; mode: Mode }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const key = draftKey(id, mode);
  useValue(savedState(key));
  const going = useValue(uploads)[key] ?? [];
  const { attachments } = readDraft(id, mode);
  if (going.length === 0 && attachments.length === 0) return null;
  return (
    <div className="files cmp-files">
      {attachments.map((file) => (
        <span key={file.id} className="file">
          <b>{file.name}</b>
          <span className="num">{fileSize(language, file.size)}</span>
          <button
            type="button"
            className="bare"
            aria-label={t("composer.detach", { name: file.name })}
            onClick={() => detach(id, mode, file.id)}
          >
            <IconX size={13} aria-hidden />
          </button>
        </span>
      ))}
      {going.map((file) => (
        <span key={file.id} className="file" role={file.problem === null ? undefined : "alert"}>
          <b>{file.name}</b>
          {file.problem === null ? (
            <progress
              value={file.part}
              max={1}
              aria-label={t("composer.uploading", { name: file.name, part: percent(language, file.part) })}
            />
          ) : (
            <span style={{ color: "var(--bad)" }}>{file.problem || t("problem.unreachable")}</span>
          )}
          <button
            type="button"
            className="bare"
            aria-label={t("composer.cancelUpload", { name: file.name })}
            onClick={file.cancel}
          >
            <IconX size={13} aria-hidden />
          </button>
        </span>
      ))}
    </div>
  );
}

const THENS: { then: Then | "next"; key: string }[] = [
  { then: "wait", key: "sendWait" },
  { then: "resolve", key: "sendResolve" },
  { then: "stay", key: "sendStay" },
  { then: "next", key: "sendNext" },
];

function SendButton({
  mode,
  queueing,
  again,
  usual,
  onSend,
}: {
  mode: Mode;
  queueing: boolean;
  again: boolean;
  usual: Then;
  onSend: (then: Then | "next") => void;
}) {
  const { t } = useTranslation();
  const plain = usual === "stay" ? "sendNow" : "sendWait";
  const words = { note: "addNote", forward: "forwardNow", reply: queueing ? "queue" : plain };
  const word = again ? "sendAnyway" : words[mode];
  const main = (
    <Button h={34} px={14} leftSection={<IconSend size={15} aria-hidden />} onClick={() => onSend(usual)}>
      {t(`composer.${word}`)}
    </Button>
  );
  if (mode !== "reply") return main;
  return (
    <div className="split">
      {main}
      <Menu position="top-end">
        <Menu.Target>
          <Button h={34} px={8} aria-label={t("composer.sendMore")}>
            <IconChevronDown size={15} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {THENS.map(({ then, key }) => (
            <Menu.Item
              key={key}
              onClick={() => onSend(then)}
              rightSection={then === "resolve" ? <kbd>{keyNames("ctrl+shift+Enter").join(" ")}</kbd> : null}
            >
              {t(`composer.${key}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function Recipients({ editor, from }: { editor: ReturnType<typeof useEditor>; from: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(editor.cc !== "" || editor.bcc !== "");
  const wrong = editor.refused === "addresses";
  return (
    <div className="cmp-to">
      <label>
        {t("composer.to")}
        <input
          value={editor.to}
          aria-invalid={wrong}
          autoComplete="off"
          onChange={(event) => editor.changeTo(event.currentTarget.value)}
        />
        {!open && (
          <button type="button" className="link" onClick={() => setOpen(true)}>
            {t("composer.addCc")}
          </button>
        )}
      </label>
      {open && (
        <>
          <label>
            {t("composer.cc")}
            <input
              value={editor.cc}
              aria-invalid={wrong}
              autoComplete="off"
              onChange={(event) => editor.changeCc(event.currentTarget.value)}
            />
          </label>
          <label title={t("composer.bccHow")}>
            {t("composer.bcc")}
            <input
              value={editor.bcc}
              aria-invalid={wrong}
              autoComplete="off"
              onChange={(event) => editor.changeBcc(event.currentTarget.value)}
            />
          </label>
        </>
      )}
      <span className="sr">{t("composer.from", { from })}</span>
    </div>
  );
}

function Counter({ text }: { text: string }) {
  const { t } = useTranslation();
  const { segments, left, encoding } = measure(text);
  return (
    <span className="num hint" title={t(`composer.encoding.${encoding}`)}>
      {t("composer.segments", { count: segments, left })}
    </span>
  );
}

/** Who else writes here now: seen where one begins to write, not only in the head of the page. */
function Writing({ id }: { id: string }) {
  const { t } = useTranslation();
  const me = useValue(session).user?.id;
  const item = useEntity<WorkItem>("conversation", id);
  const others = (item?.viewers ?? []).filter((each) => each.doing !== "viewing" && each.user.id !== me);
  if (others.length === 0) return null;
  return (
    <div className="collide" role="status">
      {others.map((each) => (
        <b key={each.user.id}>{t(`viewer.${each.doing}`, { name: each.user.name, count: 0 })}</b>
      ))}
    </div>
  );
}

export function Editor({ id, mode, panel, switcher, onNext }: Props) {
  const { t } = useTranslation();
  const line = useValue(live.line);
  const editor = useEditor(id, mode, panel);
  const [dropping, setDropping] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const host = { conversation: id, area, text: editor.text, change: editor.change };
  const slash = useSlash(host);
  const hash = useHash(host, panel.customer.language as Language | null);
  const texting = mode === "reply" && (panel.item.channel === "sms" || panel.item.channel === "whatsapp");
  const enterSends = texting || (mode === "reply" && panel.item.channel === "chat");
  // A chat ends with the contact, not with our answer.
  const usual: Then = panel.item.channel === "chat" ? "stay" : "wait";
  const moved = (box: HTMLTextAreaElement) => {
    slash.moved(box);
    hash.moved(box);
  };
  const submit = (then: Then | "next") => {
    const done = editor.submit(then === "next" ? usual : then);
    if (done && then === "next") onNext();
    else area.current?.focus();
  };
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (slash.onKey(event) || hash.onKey(event)) return;
    const what = sendKey(event.nativeEvent, enterSends);
    if (what) {
      event.preventDefault();
      submit(what === "resolve" ? "resolve" : usual);
    } else if (event.key === "Escape") area.current?.blur();
  };
  const take = (files: FileList | null) => {
    for (const file of files ?? []) void attach(id, mode, file);
  };
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    take(event.clipboardData.files);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    take(event.dataTransfer.files);
  };
  const name = t(`composer.${mode}Label`);
  return (
    <>
      <Writing id={id} />
      {editor.collision && (
        <div className="collide" role="alert">
          <b>{t("composer.collision", { name: editor.collision.author.name })}</b>
          <span>{(editor.collision.visible_text ?? editor.collision.text).slice(0, 300)}</span>
        </div>
      )}
      <section
        className={`cmp-box${mode === "note" ? " note-mode" : ""}${dropping ? " drop" : ""}`}
        aria-label={name}
        onDragOver={(event) => {
          event.preventDefault();
          setDropping(true);
        }}
        onDragLeave={() => setDropping(false)}
        onDrop={onDrop}
      >
        <div className="cmp-h">
          {switcher}
          {editor.email && panel.reply_to && (
            <span className="via">
              <IconMail size={14} aria-hidden />
              {panel.reply_to.from.value}
            </span>
          )}
          <span className="grow" />
          <SavedMark name={draftKey(id, mode)} />
          {mode === "forward" && (
            <button type="button" className="link" onClick={() => dropDraft(id, mode)}>
              {t("delivery.discard")}
            </button>
          )}
        </div>
        {editor.email && <Recipients editor={editor} from={panel.reply_to?.from.value ?? ""} />}
        <textarea
          ref={area}
          aria-label={name}
          placeholder={t(`composer.${mode}Placeholder`)}
          value={editor.text}
          rows={2}
          onChange={(event) => {
            editor.change(event.currentTarget.value);
            moved(event.currentTarget);
          }}
          onSelect={(event) => moved(event.currentTarget)}
          onFocus={(event) => moved(event.currentTarget)}
          onBlur={() => {
            slash.left();
            hash.left();
          }}
          onKeyDown={onKey}
          onPaste={onPaste}
          {...slash.aria}
          {...hash.aria}
        />
        {slash.list}
        {hash.list}
        <FileList id={id} mode={mode} />
        {editor.refused && (
          <p className="problem cmp-err" role="alert">
            {t(`composer.refused.${editor.refused}`)}
          </p>
        )}
        <div className="cmp-f">
          <Tooltip label={t("composer.attach")}>
            <ActionIcon
              variant="subtle"
              size={32}
              aria-label={t("composer.attach")}
              onClick={() => chooser.current?.click()}
            >
              <IconPaperclip size={17} stroke={1.7} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <CannedButton {...host} />
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-hidden
            tabIndex={-1}
            onChange={(event) => take(event.currentTarget.files)}
          />
          <span className="grow" />
          {texting && <Counter text={editor.text} />}
          <span className="hint">
            {enterSends ? t("composer.hintEnter") : t("composer.hint", { keys: keyNames("ctrl+Enter").join("+") })}
          </span>
          <SendButton
            mode={mode}
            queueing={line.state === "down"}
            again={editor.collision !== null}
            usual={usual}
            onSend={submit}
          />
        </div>
      </section>
    </>
  );
}
