#!/usr/bin/env python3
"""What a user would do instead, on the same generated organisation.

usage: beside.py ORG LAKE REPORT

ORG is a folder that `resetproof generate` wrote, LAKE what `resetproof ingest`
made of it and REPORT what `resetproof scan` says. Each rival gets more than it
would have in the field: events that are already normalised, and the roster to
resolve accounts with. Needs duckdb and pm4py (python3 -m pip install duckdb pm4py).
"""
import csv
import json
import sys
from datetime import datetime, timedelta

import duckdb
import pm4py

org, lake, report = sys.argv[1:4]


def when(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)


def lines(name):
    with open(name, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


# Truth: a reset is an identity and a time; what is wrong with it is a set of checks.
cases = [t for t in lines(f"{org}/truth.jsonl") if t.get("identity") and t.get("system")]
defects = {(t["identity"], when(t["time"])): {c for c, v in (t.get("verdicts") or {}).items() if v == "not-met"} for t in cases}

who = {}
with open(f"{org}/identities.csv", encoding="utf-8") as f:
    for row in csv.DictReader(f):
        for account in row["accounts"].split(";"):
            who[account.partition(":")[2].lower() if account.count(":") == 1 else account.lower()] = row["id"]
            who[account.lower()] = row["id"]
            who[account.lower().rpartition("\\")[2]] = row["id"]
            who[account.lower().partition("@")[0]] = row["id"]

db = duckdb.connect()
db.execute("set timezone = 'UTC'")
db.execute("create table who (account varchar, id varchar)")
db.executemany("insert into who values (?, ?)", sorted(who.items()))
db.execute(f"""
create table raw as select time, kind, ticket, ticket_alias,
    lower(account_id) as a1, lower(account_name) as a2, lower(actor_id) as b1, lower(actor_name) as b2
from read_parquet('{lake}/events/**/*.parquet', hive_partitioning = true) where outcome = 'success'
""")
db.execute("""
create table events as select time::timestamp as time, kind, ticket, ticket_alias,
    coalesce(w1.id, w2.id) as identity, coalesce(v1.id, v2.id) as actor
from raw left join who w1 on w1.account = a1 left join who w2 on w2.account = a2
    left join who v1 on v1.account = b1 left join who v2 on v2.account = b2
""")
db.execute("""
create table tickets as select distinct identity, ticket, ticket_alias from events where kind = 'ticket.opened' and ticket <> '';
create table resets as select time, identity, min(actor) as actor from events where kind in ('reset.executed', 'mfa.reset', 'credential.issued') and identity is not null group by all;
create table approvals as select a.time, a.actor, coalesce(nullif(a.identity, ''), t.identity) as identity
    from events a left join tickets t on (a.ticket <> '' and t.ticket = a.ticket) or (a.ticket_alias <> '' and t.ticket_alias = a.ticket_alias)
    where a.kind = 'reset.approved';
""")


def score(name, said, wanted):
    """said: (identity, time) pairs; wanted: the checks whose violation it claims to find."""
    true = {k for k, d in defects.items() if d & wanted}
    hit, false = set(), 0
    for identity, at in said:
        near = [k for k in defects if k[0] == identity and abs(k[1] - at) <= timedelta(hours=2)]
        if near and near[0] in true:
            hit.add(near[0])
        elif not near or near[0] not in hit:
            false += 1
    recall = len(hit) / len(true) if true else 1
    precision = len(hit) / (len(hit) + false) if hit or false else 1
    print(f"{name:52} {len(true):8} {len(hit):6} {false:6} {recall:8.3f} {precision:10.3f}")


def own(wanted):
    said = set()
    by_id = {c["id"]: c for c in lines(f"{report}/cases.jsonl")}
    for f in lines(f"{report}/findings.jsonl"):
        if f["case"] and f["check"] in wanted and f["verdict"] == "not-met":
            c = by_id[f["case"]]
            said.add((c["identity"], when(c["time"])))
    return said


print(f"{len(defects)} resets, {sum(1 for d in defects.values() if d)} of them with a violation; duckdb {duckdb.__version__}, pm4py {pm4py.__version__}")
print(f"{'':52} {'planted':>8} {'found':>6} {'false':>6} {'recall':>8} {'precision':>10}")

# 1. As-of join: the latest approval of the same person before each reset.
rows = db.execute("""
select r.identity, r.time, r.actor, a.actor, r.time - a.time < interval 24 hour from resets r asof left join approvals a on r.identity = a.identity and r.time >= a.time
""").fetchall()
approval = {"missing-approval", "late-approval", "stale-approval"}
score("no approval in the 24 h before: DuckDB as-of join", [(i, t) for i, t, _, a, fresh in rows if a is None or not fresh], approval)
score("  resetproof: missing-, late-, stale-approval", own(approval), approval)
four = {"approver-executed"}
score("approver executed: DuckDB as-of join", [(i, t) for i, t, o, a, fresh in rows if fresh and o == a], four)

# 2. Four eyes by process mining: one trace a person and day.
log = db.execute("""
select identity || ' ' || strftime(time, '%Y-%m-%d') as case_id, 'execute' as activity, time, actor from resets
union all select identity || ' ' || strftime(time, '%Y-%m-%d'), 'approve', time, actor from approvals where identity is not null
order by 1, 3
""").df()
log = log[log["actor"].notna()]
log = pm4py.format_dataframe(log, case_id="case_id", activity_key="activity", timestamp_key="time")
log["org:resource"] = log["actor"].astype(str)
bad = pm4py.filter_four_eyes_principle(log, "approve", "execute", keep_violations=True)
first = {}
for _, e in bad[bad["concept:name"] == "execute"].iterrows():
    first.setdefault(e["case:concept:name"], e["time:timestamp"].to_pydatetime().replace(tzinfo=None))
score("approver executed: pm4py four eyes", [(c.split(" ")[0], t) for c, t in first.items()], four)
score("  resetproof: approver-executed", own(four), four)

# 3. Sessions left alive, privilege afterwards: joins by window.
revoked = db.execute("""
select identity, time from resets r where not exists (select 1 from events e where e.identity = r.identity and e.kind = 'session.revoked'
    and e.time between r.time and r.time + interval 1 hour)
""").fetchall()
sessions = {"sessions-not-revoked"}
score("sessions alive after 1 h: DuckDB anti-join", revoked, sessions)
score("  resetproof: sessions-not-revoked", own(sessions), sessions)
granted = db.execute("""
select distinct r.identity, r.time from resets r join events e on e.identity = r.identity and e.kind in ('privilege.granted', 'privilege.used')
    and e.time between r.time and r.time + interval 72 hour
""").fetchall()
privilege = {"reset-then-privilege"}
score("privilege within 72 h: DuckDB window join", granted, privilege)
score("  resetproof: reset-then-privilege", own(privilege), privilege)

# 4. Single-event rules: an alert for each reset by an administrator.
every = {c for d in defects.values() for c in d}
alerts = db.execute("select identity, time from resets").fetchall()
score("a reset by somebody else: single-event rule", alerts, every)
score("  resetproof: any finding", own(every), every)
