#!/usr/bin/env python3
"""Plays one case for every kind of event against a running suite and prints
`name case_no` for each. Usage: scenarios.py [name…]. WGCTL is
the command, CITY the city's folder."""

import csv
import json
import os
import subprocess
import sys
import time
import uuid

WGCTL = os.environ["WGCTL"].split()
CITY = os.environ["CITY"]


def officers():
    by_unit = {}
    with open(f"{CITY}/officers.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_unit.setdefault(row["unit_id"], []).append(row)
    return by_unit


OFFICERS = officers()
LEADER, DISPATCHER = (o["officer_id"] for o in OFFICERS["oc"][:2])


def of_unit(unit, post=None, but=()):
    for officer in OFFICERS[unit]:
        if officer["officer_id"] in but:
            continue
        if post is None or post in officer["posts"].split("|"):
            return officer["officer_id"]
    raise SystemExit(f"{unit} has no {post}")


def wgctl(*args):
    done = subprocess.run([*WGCTL, "--json", *args], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(args)}\n{done.stdout}{done.stderr}")
    return done.stdout


def call(method, officer=None, identity=None, **fields):
    args = ["call", f"cases.{method}", json.dumps(fields, ensure_ascii=False)]
    if officer:
        args += ["--officer", officer]
    if identity:
        args += ["--as", identity]
    return json.loads(wgctl(*args))


class Case:
    """A case as it was when somebody last did something to it."""

    def __init__(self, no):
        self.no = no
        self.read()

    def read(self):
        self.state = call("GetCase", identity="admin/wgctl", case_no=self.no)["case"]
        return self

    def do(self, method, who=DISPATCHER, **fields):
        call(method, who, case_no=self.no, **fields)
        return self.read()

    def by_source(self, method, source, **fields):
        call(method, identity=f"source/{source}", case_no=self.no, **fields)
        return self.read()

    def live(self):
        return [a for a in self.state["assignments"]
                if a["state"] not in ("ASSIGNMENT_STATE_WITHDRAWN", "ASSIGNMENT_STATE_WAIVED")]

    def lead(self):
        return next(a for a in self.live() if a["role"] == "ASSIGNMENT_ROLE_LEAD")

    def lead_officer(self):
        return self.lead().get("officer_id") or of_unit(self.lead()["unit_id"])

    def accept_all(self):
        for a in self.live():
            if a["state"] == "ASSIGNMENT_STATE_OFFERED":
                self.do("AcceptAssignment", a.get("officer_id") or of_unit(a["unit_id"]))
        return self

    def parts(self):
        return [a for a in self.live() if a["role"] == "ASSIGNMENT_ROLE_CO_HANDLER"]

    def finish_parts(self):
        for a in self.parts():
            if a["state"] == "ASSIGNMENT_STATE_ACCEPTED":
                self.do("CompleteAssignment", a.get("accepted_by") or of_unit(a["unit_id"]), text="本单位事项已完成")
                self.do("CheckAssignment", DISPATCHER, assignment_number=a["assignment_number"])
        return self

    def submit(self):
        return self.do("SubmitResult", self.lead()["accepted_by"], outcome="OUTCOME_RESOLVED", text="已处理",
                       public_reply="已处理完毕", contacted="ANSWER_YES", evidence=["photo/1"])

    def check(self, passed=True):
        return self.do("CheckResult", LEADER, passed=passed, text="合格" if passed else "仍有渗漏")

    def close(self):
        return self.do("CloseCase", LEADER, text="办结", root_cause="管道老化")


def place(place_id, system="WGS84"):
    with open(f"{CITY}/places.csv", encoding="utf-8") as file:
        row = next(r for r in csv.DictReader(file) if r["place_id"] == place_id)
    return {"latitude_deg": float(row["latitude_deg"]), "longitude_deg": float(row["longitude_deg"]),
            "coordinate_system": "COORDINATE_SYSTEM_" + system}


def report(text, address="", source="grid_worker", title="", at=None):
    body = {"source_id": source, "source_ref": "fixture-" + uuid.uuid4().hex, "title": title, "text": text,
            "address": address, "reporter": {"name": "测试诉求人", "phone": "13800000000"}}
    if at:
        body["location"] = place(at, "GCJ02" if source == "wechat" else "WGS84")
    answer = json.loads(wgctl("call", "intake.SubmitReport", json.dumps({"report": body}, ensure_ascii=False), "--as",
                              f"source/{source}"))
    return Case(answer["case_no"])


def heating():
    return report("诗圣大道开普西一区5号楼3单元热力管道漏水", title="热力管道漏水")


def parking():
    return report("西里路2号院小区车棚僵尸车太多，居民没地方停车", "西里路2号院小区车棚", title="车棚僵尸车")


def lights():
    return report("紫荆山路与东大街交叉口信号灯又灭了，红绿灯不亮没人管", "紫荆山路东大街路口",
                  title="路口信号灯又灭了", at="story-6")


def unsure(source="grid_worker"):
    return report("这里坏了好几天，请来看看", "经三路农科路口", source=source, at="story-2")


def alone(make):
    """Like make, but not merged into one of the cases before."""
    case = make()
    if case.state["state"] == "CASE_STATE_MERGED":
        case.do("UnmergeCase", LEADER, reason="不是同一事项")
    return case


def closed():
    case = alone(heating).accept_all().finish_parts().submit().check()
    case.by_source("RecordFollowUp", "grid_worker", contacted="ANSWER_YES", resolved="ANSWER_YES", satisfied="ANSWER_NO")
    return case.close()


def merged():
    alone(parking)
    return parking()  # The rule merges it.


def merged_by_person():
    case, master = unsure(), alone(parking)
    case.do("MergeCase", LEADER, master_case_no=master.no, reason="同一处")
    return master


def unmerged():
    case, master = unsure(), alone(parking)
    case.do("MergeCase", LEADER, master_case_no=master.no, reason="同一处")
    return case.do("UnmergeCase", LEADER, reason="并错了")


def parted():
    case, master = unsure(), alone(parking)
    case.do("MergeCase", LEADER, master_case_no=master.no, reason="同一处")
    case.do("UnmergeCase", LEADER, reason="并错了")
    return master.read()


def rejected():
    return unsure().do("RejectCase", LEADER, reason="不属于受理范围", proper_channel="请拨打 12348")


def verified(found):
    case = unsure()
    if "verification" not in case.state:
        case.do("RequestVerification", LEADER, question="路面还是路灯？")
    who = case.state["verification"]["officer_id"]
    return case.do("ReportVerification", who, found=found, evidence=["photo/2"],
                   text="人行道路面破损，地砖松动，老人差点绊倒" if found else "现场未见异常")


def verification_asked_by_rule():
    return unsure("wechat")


def dispatched_by_person():
    case = unsure()
    return case.do("DispatchCase", LEADER, category_code=case_category(), lead_unit_id=alone(heating).lead()["unit_id"])


def case_category():
    with open(f"{CITY}/categories.csv", encoding="utf-8") as file:
        return next(csv.DictReader(file))["category_code"]


def decide(case, approved, reason="同意"):
    number = case.state["approvals"][-1]["approval_number"]
    return case.do("DecideApproval", LEADER, approval_number=number, approved=approved, reason=reason)


def returned():
    case = alone(parking)
    case.do("RequestReturn", case.lead_officer(), legal_basis="职责清单第 3 条")
    return decide(case, True)


def returned_twice():
    case = alone(heating)
    for _ in range(2):
        case.do("RequestReturn", case.lead_officer(), legal_basis="职责清单第 3 条")
        if case.state["state"] == "CASE_STATE_DISPATCHED":
            decide(case, False, "不同意")
    return case


def later(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86400))


def extended():
    case = alone(heating).accept_all()
    case.do("ExtendCase", case.lead_officer(), reason="等待管材", due_time=later(40))
    return decide(case, True)


def refused():
    case = alone(heating).accept_all()
    case.do("ExtendCase", case.lead_officer(), reason="等待管材", due_time=later(40))
    return decide(case, False, "理由不足")


def suspended():
    case = alone(heating).accept_all()
    case.do("SuspendCase", case.lead_officer(), text="冬季不宜施工", reason="SUSPENSION_REASON_WEATHER",
            review_time=later(20))
    return decide(case, True)


def resumed():
    case = suspended()
    return case.do("ResumeCase", case.lead_officer())


def lapsed_by_result():
    case = alone(heating).accept_all().finish_parts()
    case.do("ExtendCase", case.lead_officer(), reason="等待管材", due_time=later(40))
    return case.submit()


def waits_for_approval():
    case = alone(heating).accept_all()
    case.do("SuspendCase", case.lead_officer(), text="经费未到", reason="SUSPENSION_REASON_FUNDS", review_time=later(90))
    return case


def supervised():
    case = alone(heating).accept_all().do("SuperviseCase", LEADER, reason="群众多次反映")
    officer = of_unit(case.state["accountable_unit_id"])
    return case.do("ReplySupervision", officer, text="明日完成")


def urged():
    return alone(parking).by_source("UrgeCase", "grid_worker", text="三天了")


def reworked():
    case = alone(parking).accept_all()
    for _ in range(3):
        case.submit().check(False)
    return case


def reopened():
    return closed().do("ReopenCase", LEADER, reason="又漏了")


def transferred():
    return alone(heating).do("TransferCase", LEADER, outside_body="省热力集团", receipt="R-1")


def withdrawn():
    return alone(parking).by_source("CancelCase", "grid_worker", reason="已自行解决")


def cancelled():
    case = alone(parking).do("CancelCase", DISPATCHER, reason="重复登记")
    return decide(case, True)


def reclassified():
    return alone(parking).do("ReclassifyCase", LEADER, category_code=case_category(), reason="类别有误")


def co_handlers():
    case = alone(parking).accept_all()
    unit = alone(heating).lead()["unit_id"]
    case.do("ChangeCoHandlers", LEADER, add_unit_ids=[unit], reason="需要配合")
    case.accept_all().finish_parts()
    return case.do("ChangeCoHandlers", LEADER, remove_unit_ids=[unit], reason="配合完毕")


def waived():
    case = alone(parking).accept_all()
    unit = alone(heating).lead()["unit_id"]
    case.do("ChangeCoHandlers", LEADER, add_unit_ids=[unit], reason="需要配合").accept_all()
    return case.do("CheckAssignment", LEADER, assignment_number=case.parts()[0]["assignment_number"],
                   waive_reason="不再需要")


def consulting():
    return alone(lights)  # An asset without an owner: the rule lets the parties consult.


def joint():
    case = consulting()
    who = of_unit(case.state["consultation"]["coordinator_unit_id"], "dispatcher")
    case.do("ConveneJoint", who, party_unit_ids=[alone(heating).lead()["unit_id"]])
    parties = case.state["consultation"]["party_unit_ids"]
    for i, unit in enumerate(parties):
        case.do("RecordPosition", of_unit(unit), accepts=i == 0, basis="职责清单", proposal="先修后议")
    return case.do("DecideJoint", who, lead_unit_id=parties[0], co_handler_unit_ids=parties[1:], reason="安全优先")


def proposed_by_person():
    case = alone(heating)
    return case.do("ProposeJoint", LEADER, cause="涉及两家",
                   party_unit_ids=[case.lead()["unit_id"], alone(parking).lead()["unit_id"]])


def adjudicated():
    case = alone(heating)
    units = [case.lead()["unit_id"], alone(parking).lead()["unit_id"]]
    case.do("ProposeJoint", LEADER, cause="涉及两家", party_unit_ids=units)
    return case.do("AdjudicateJoint", LEADER, lead_unit_id=units[0], co_handler_unit_ids=units[1:], reason="裁定")


def referred():
    """110 refers a matter; the police approve it twice, and it is a case."""
    body = {"source_id": "110", "source_ref": "fixture-" + uuid.uuid4().hex, "title": "购买牛肉纠纷",
            "text": "在银莺路金色港湾西门卤食铺买的牛肉变质有异味，要求退款", "address": "银莺路金色港湾西门卤食铺",
            "reporter": {"name": "测试诉求人"}}
    answer = json.loads(wgctl("call", "intake.SubmitReport", json.dumps({"report": body}, ensure_ascii=False), "--as",
                              "source/110"))
    referral = call("GetReferral", DISPATCHER, referral_id=answer["referral_id"])
    for level in ("Station", "Branch"):
        reviewer = of_unit(referral[f"{level.lower()}_unit_id"], "reviewer")
        referral = call(f"Approve{level}", reviewer, referral_id=answer["referral_id"], reason="属于非警务诉求")
    return Case(referral["case_no"])


def batched():
    return alone(heating).do("LinkToBatch", LEADER, root_cause="管道老化")


def revealed():
    case = alone(heating)
    call("RevealReporter", LEADER, case_no=case.no, purpose="联系诉求人")
    return case.read()


def redacted():
    return closed().do("RedactReport", LEADER, reason="含有他人隐私")


SCENARIOS = dict(
    admitted=unsure, dispatched=lambda: alone(heating), accepted=lambda: alone(heating).accept_all(), closed=closed,
    merged=merged, merged_by_person=merged_by_person, unmerged=unmerged, parted=parted, rejected=rejected,
    verification_asked_by_rule=verification_asked_by_rule, verified=lambda: verified(True),
    not_found=lambda: verified(False), dispatched_by_person=dispatched_by_person, returned=returned,
    returned_twice=returned_twice, extended=extended, refused=refused, suspended=suspended, resumed=resumed,
    lapsed_by_result=lapsed_by_result, waits_for_approval=waits_for_approval, supervised=supervised, urged=urged,
    reworked=reworked, reopened=reopened, transferred=transferred, withdrawn=withdrawn, cancelled=cancelled,
    reclassified=reclassified, co_handlers=co_handlers, waived=waived, joint=joint,
    proposed_by_person=proposed_by_person, adjudicated=adjudicated, referred=referred, batched=batched, revealed=revealed,
    redacted=redacted, no_owner=consulting, overdue=lambda: alone(heating).accept_all(),
    erased=lambda: alone(parking).by_source("CancelCase", "grid_worker", reason="已自行解决"))


def main():
    for name in sys.argv[1:] or SCENARIOS:
        print(name, SCENARIOS[name]().no, flush=True)


if __name__ == "__main__":
    main()
