// What a commune has after a while: areas, people, screens that are well and not, notices, playlists, a proposal.
import { PASSWORD } from "./site.mjs";

// Sends forms of the page as a person's browser would.
export class Person {
  static async in(site, user) {
    const person = new Person();
    person.site = site;
    const answer = await fetch(`${site.address}/sign-in`, { method: "POST", redirect: "manual",
      body: new URLSearchParams({ user, password: PASSWORD }) });
    person.cookie = answer.headers.get("set-cookie").split(";")[0];
    person.token = (await person.#ask("GET", "/api/session")).token;
    return person;
  }

  async #ask(method, where, body) {
    const answer = await fetch(this.site.address + where, { method, body, redirect: "manual",
      headers: { Cookie: this.cookie, Accept: "application/json", "Accept-Language": "vi" } });
    const said = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${said.error}`);
    return said;
  }

  // Where it leads to.
  async send(where, fields = {}) {
    return (await this.#ask("POST", where, new URLSearchParams({ token: this.token, ...fields }))).location;
  }
}

export const NOTICE = {
  area: "krongpa", issuer: "UBND xã Phú Túc", field: "4", essential: "1", "lang-0": "vi", "title-0": "Tạm ngừng cấp nước",
  "body-0": "Từ 8 giờ đến 11 giờ ngày 24/12, xã tạm ngừng cấp nước để sửa đường ống. Mong bà con trữ nước trước.",
  "lang-1": "jra", "title-1": "Pơđơi ia", "body-1": "Mơ̆ng 8 mông truh 11 mông hrơi 24/12, să pơđơi ia kơ pơmă ding ia.",
  "area-krongpa": "1",
};

export async function furnish(site) {
  for (const role of ["editor", "operator", "auditor", "administrator"]) site.give("an", role);
  site.addUser("binh");
  site.database("DELETE FROM role WHERE user = 'binh'");
  site.give("binh", "approver");
  const boards = [["kp-cho", "Chợ Phú Túc, cổng phía đông"], ["kp-nha", "Nhà văn hóa buôn Ma Nher"], ["kp-truong", "Trường THCS"]]
    .map(([id, words]) => site.addScreen(id, words));
  site.database("UPDATE screen SET width_px = 640, height_px = 384, is_led = 1 WHERE id = 'kp-cho'");
  await boards[0].report({ type: "state", state: "playing", on_air: [{ zone: "main", item: "n1", class: "ordinary" }] });
  await boards[1].report({ type: "state", state: "dark", on_air: [] });
  // Its cut is written down nowhere: made after the backup from which the source came back.
  await boards[2].report({ type: "state", state: "cut", on_air: [],
    cuts: [{ source: "krongpa", id: "c-lost", since: new Date().toISOString(), ends: "signature" }] });
  const an = await Person.in(site, "an");
  await an.send("/areas/krongpa/add", { name: "Buôn Ma Nher", kind: "buon" }).catch(() => {});
  const notice = await an.send("/notices/new", { area: "krongpa" });
  await an.send(`${notice.split("?")[0]}/save`, { ...NOTICE, revision: "1" });
  await an.send("/playlists", { name: "Tin trong ngày", area: "krongpa" });
  await an.send("/layouts", { name: "Hai vùng", from: "strip", area: "krongpa" });
  await an.send("/programmes", { name: "Cả ngày", area: "krongpa" });
  site.give("an", "approver");
}
