import { initials } from "../src/pinyin";
import { fitting } from "../src/views/composer/canned";

describe("pinyin initials", () => {
  it("are those that people type", () => {
    for (const [word, typed] of [
      ["退款", "tk"],
      ["您好", "nh"],
      ["查询物流", "cxwl"],
      ["阿里", "al"],
      ["音乐", "yl"],
      ["王晓敏 VIP", "wxm vip"],
      ["女士", "ns"],
      ["流量", "ll"],
      ["吗妈嘛麻", "mmmm"],
      ["撒洒三", "sss"],
      ["他她它塌", "tttt"],
      ["热然让", "rrr"],
      ["瓦哇挖", "www"],
      ["拉啦垃", "lll"],
      ["八巴爸", "bbb"],
      ["七期器", "qqq"],
      ["西夕希", "xxx"],
      ["压鸭呀", "yyy"],
      ["杂扎账", "zzz"],
    ])
      expect(initials(word as string)).toBe(typed);
    expect(initials("refund")).toBe("");
  });

  it("find a canned reply by its Chinese name", () => {
    const one = (name: string, shortcut: string) => ({
      id: name,
      name,
      shortcut,
      language: "zh-CN" as const,
      text: "…",
      missing: [],
    });
    const all = [one("退款进度", "refund"), one("发票", "invoice")];
    expect(fitting(all, "tkjd").map((each) => each.name)).toEqual(["退款进度"]);
    expect(fitting(all, "fp").map((each) => each.name)).toEqual(["发票"]);
  });
});
