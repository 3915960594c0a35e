// A read-only table that grows page by page, for the log and for parked mail.
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { Problem } from "../../parts/Problem";
import { Scroll } from "../../parts/Scroll";
import type { Page } from "../../types";

interface Props<T> {
  title: string;
  path: string;
  empty: string;
  columns: { head: string; cell: (row: T) => ReactNode }[];
}

export function Pages<T extends { id: string }>({ title, path, empty, columns }: Props<T>) {
  const { t } = useTranslation();
  const found = useInfiniteQuery({
    queryKey: ["list", path, "pages"],
    queryFn: ({ pageParam, signal }) => api.get<Page<T>>(path, { query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="sheet-h">
        <h1>{title}</h1>
      </div>
      {found.error && <Problem error={found.error} again={() => void found.refetch()} />}
      <Scroll card label={title}>
        <table className="grid">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.head} scope="col">
                  {column.head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                {columns.map((column) => (
                  <td key={column.head}>{column.cell(row)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {found.isSuccess && rows.length === 0 && <p className="empty">{empty}</p>}
        {found.isLoading && <p className="empty">{t("loading")}</p>}
      </Scroll>
      {found.hasNextPage && (
        <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("admin.more")}
        </Button>
      )}
    </>
  );
}
