// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/intake.h"

#include "daemon/control/convert.h"
#include "daemon/journal/shelf.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr auto kAtOnce = std::chrono::milliseconds(0);
constexpr auto kSoon = std::chrono::milliseconds(5);  // where a fold is waited for

Error error(Error::Code code) {
  Error made;
  made.set_code(code);
  return made;
}

}  // namespace

Intake::Intake(Desk& desk, const Keep::Answers& answers, Owner owner)
    : desk_(desk), answers_(answers), owner_(std::move(owner)) {}

void Intake::begin(std::shared_ptr<sync::BundleReader> reader) {
  forget();
  reader_ = std::move(reader);
  fed_ = 0;
  home_ = desk_.state();
  wait(At::kHungry);
}

void Intake::forget() {
  timer_.reset();
  reader_.reset();
  at_ = At::kNone;
}

void Intake::feed(std::string_view piece) {
  if (at_ != At::kHungry || piece.size() > kBundlePieceLimit)
    throw journal::Refusal(journal::Reason::kBadRequest, "bundle");
  fed_ += piece.size();
  reader_->feed(as_bytes(piece));
  go_on();
}

void Intake::end() {
  if (at_ != At::kHungry) throw journal::Refusal(journal::Reason::kBadRequest, "bundle");
  reader_->end();
  go_on();
}

void Intake::go_on() {
  at_ = At::kWorking;
  timer_.reset();
  answers_.guarded([this] { work(); }, [this] { put_down(); });
}

void Intake::work() {
  using Step = sync::BundleReader::Step;
  switch (reader_->work()) {
    case Step::kMore:
      return later(kAtOnce);
    case Step::kWaits:
      return later(kSoon);
    case Step::kHungry:
      wait(At::kHungry);
      return answers_.finish(report("taking"));
    case Step::kOver:
      wait(At::kOver);
      return tell_over();
  }
}

void Intake::later(std::chrono::milliseconds time) {
  timer_ = desk_.after(time, [this] {
    if (desk_.state() == home_) go_on();
  });
}

void Intake::wait(At at) {
  at_ = at;
  if (!owner_.patience) return;
  timer_ = desk_.after(*owner_.patience, [this] {
    put_down();
    at_ = At::kTooSlow;
  });
}

// One that was cut off, or lies from some place on, is worth as much as stood before that.
void Intake::tell_over() {
  using Verdict = sync::BundleReader::Verdict;
  Reply reply = report("over");
  switch (reader_->verdict()) {
    case Verdict::kNoBundle:
      return fail(error(Error::NOT_A_BUNDLE));
    case Verdict::kNewer:
      return fail(error(Error::BUNDLE_TOO_NEW));
    case Verdict::kOthers:
      return fail(owner_.others());
    case Verdict::kBroken:
      reply.mutable_bundle()->set_broken("cut");
      break;
    case Verdict::kUntrue:
      reply.mutable_bundle()->set_broken("untrue");
      break;
    case Verdict::kNone:
      owner_.whole(*reply.mutable_bundle());
      break;
  }
  answers_.finish(std::move(reply));
}

void Intake::put_down() {
  forget();
  if (owner_.put_down) owner_.put_down();
}

void Intake::fail(Error failure) {
  put_down();
  answers_.fail(failure);
}

Reply Intake::report(const char* stage) const {
  Reply reply;
  BundleReport& out = *reply.mutable_bundle();
  const sync::BundleReader::Tally& tally = reader_->tally();
  out.set_stage(stage);
  out.set_done(fed_);
  out.set_records(count(tally.records));
  out.set_chunks(count(tally.chunks));
  out.set_known(count(tally.known));
  out.set_bodies(count(tally.bodies));
  out.set_unknown(count(tally.unknown));
  out.set_refused(count(tally.refused));
  out.set_newer(count(tally.newer));
  owner_.describe(out);
  return reply;
}

}  // namespace duolog::control
