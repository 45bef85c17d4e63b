"""An administrator who wants to read what clients write, by way of accounts that they invite and open themselves."""
import json

from common import House
from harness import Person, Server, call, new_id

PASSWORD = "a heron and a plover"


def with_account(own, administrator, role):
    """Invites somebody, opens the link in their place, and is that person from then on."""
    login = f"puppet.{role[:4]}"
    invited = administrator.ask(own.address, "POST", "/api/invitations", {"id": new_id(), "role": role, "name": "Somebody"})
    token = json.loads(invited.body)["path"].partition("#")[2]
    joined = call(own.address, "POST", "/api/invitation/acceptance",
                  {"token": token, "name": "Somebody", "login": login, "password": PASSWORD})
    assert joined.status == 204, f"{joined.status} {joined.body[:200]!r}"
    return Person({"login": login, "password": PASSWORD, "role": role}).log_in(own.address)


def reading_at_once(house, report):
    """Handing over, dismissing, naming, closing: none of it shows a word to an account that was made today."""
    server = Server(house.server.binary, house.server.data.parent / "administrators")
    accounts = server.make_practice(4)
    server.start()
    try:
        own = House(server, accounts)
        administrator = own.of_role("administrator")[0]
        clients = own.of_role("client")
        episode, room = own.episode["id"], own.room
        puppet, overseer = with_account(own, administrator, "therapist"), with_account(own, administrator, "supervisor")

        def does(method, target, body=None, by=administrator):
            return by.ask(own.address, method, target, body).status

        def reads(who):
            return who.ask(own.address, "GET", f"/api/rooms/{room}/events?after=0").status

        hand_over = new_id()
        planned = does("POST", "/api/hand-overs", {"id": hand_over, "episode": episode, "to": puppet.id})
        report.check("an administrator hands a client to an account of their own: planned, and nothing is read",
                     (planned, reads(puppet)) == (201, 404), f"{planned} {reads(puppet)}")
        told = own.victim.get(own.address, "/api/episodes")["episodes"][0].get("hand_over")
        report.check("the client reads of it at once", bool(told) and told["to"]["id"] == puppet.id, str(told))
        called_off = does("DELETE", f"/api/hand-overs/{hand_over}", by=own.therapist)
        report.check("and the therapist calls it off", called_off == 204, str(called_off))

        target = f"/api/people/{own.therapist.id}"
        before = next(p for p in administrator.get(own.address, "/api/people")["people"] if p["id"] == own.therapist.id)["deputy"]
        steps = [does("PUT", f"{target}/backing", {"part": "deputy", "person": puppet.id}), does("POST", f"{target}/dismissal")]
        found = [reads(puppet), reads(own.by_id[before])]
        report.check("names it as deputy and dismisses the therapist: it reads nothing, the deputy of before does",
                     (steps, found) == ([204, 204], [404, 200]), f"{steps} {found}")

        closed = json.loads(administrator.ask(own.address, "POST", "/api/closings", {"login": clients[1].login}).body)
        kept = clients[1].ask(own.address, "GET", "/api/me/closing")
        report.check("closes a client's account: it waits a day, and the client reads so", closed["state"] == "waiting"
                     and "due_at" in json.loads(kept.body), str(closed))
        answers = [does("DELETE", f"/api/closings/{clients[1].id}", by=puppet), does("DELETE", "/api/me/closing", by=clients[1])]
        report.check("the client keeps it, and nobody whom it does not concern", answers == [404, 204], str(answers))

        gone = clients[2]
        theirs = own.by_id[own.episode_of(gone)["therapist"]["id"]]
        left = json.loads(gone.ask(own.address, "POST", "/api/me/closing", {"password": gone.password}).body)["state"]
        named = does("PUT", f"/api/people/{theirs.id}/backing", {"part": "supervisor", "person": overseer.id})
        asked = does("POST", f"/api/locked-records/{gone.id}/exceptions", {"id": new_id(), "reason": "A court."}, by=overseer)
        report.check("names a supervisor after a record was locked, who asks to read it: as if there were none",
                     (left, named, asked) in (("locked", 204, 404), ("waiting", 204, 404)), f"{left} {named} {asked}")
    finally:
        server.stop()
