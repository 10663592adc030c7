// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/coming_back.h"

#include "daemon/control/convert.h"
#include "daemon/control/intake.h"
#include "daemon/control/words_typed.h"
#include "daemon/journal/shelf.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

Error error(Error::Code code, const char* detail = "") {
  Error made;
  made.set_code(code);
  made.set_detail(detail);
  return made;
}

}  // namespace

struct ComingBack::State {
  State(Desk& served, Keep::Answers out)
      : desk(served),
        answers(std::move(out)),
        intake(desk, answers,
               {[this](BundleReport& report) { describe(report); }, [this] { return others(); },
                [](BundleReport& report) {
                  if (report.gaps_size() > 0) report.set_broken("gaps");
                },
                [this] { recovery = {}; }, kComingBackPatience}) {}

  void take(const RecoverFrom& asked);
  void begin(const RecoverFrom::Begin& asked);
  void move_in(const RecoverFrom::MoveIn& asked);
  void describe(BundleReport& out) const;
  [[nodiscard]] Error others() const;
  void forget() {
    intake.forget();
    recovery = {};
  }

  Desk& desk;
  Keep::Answers answers;
  Intake intake;
  Desk::Recovery recovery;
};

ComingBack::ComingBack(Desk& desk, Keep::Answers answers) : state_(std::make_unique<State>(desk, std::move(answers))) {}
ComingBack::~ComingBack() = default;

bool ComingBack::answer(const Request& request) {
  if (request.body_case() != Request::kRecoverFrom) return state_->forget(), false;
  if (state_->desk.state() != Desk::State::kFresh) return state_->answers.fail(error(Error::ALREADY_INITIALISED)), true;
  return state_->take(request.recover_from()), true;
}

void ComingBack::State::take(const RecoverFrom& asked) {
  if (asked.has_begin()) return begin(asked.begin());
  if (intake.was_too_slow()) return answers.fail(error(Error::TOO_SLOW));
  if (asked.has_move_in()) return move_in(asked.move_in());
  intake.take(asked);
}

void ComingBack::State::begin(const RecoverFrom::Begin& asked) {
  forget();
  if (auto fault = fault_in_words(asked.words(), true)) return answers.fail(*fault);
  recovery = desk.devices.recover_from(asked);
  intake.begin(recovery.reader);
  answers.finish(intake.report("taking"));
}

Error ComingBack::State::others() const {
  return recovery.is_shared() ? error(Error::NOT_THE_NOTEBOOK) : error(Error::BUNDLE_OF_OTHERS, "words");
}

void ComingBack::State::move_in(const RecoverFrom::MoveIn& asked) {
  if (!intake.is_over()) throw journal::Refusal(journal::Reason::kBadRequest, "bundle");
  Desk::Recovery read = std::exchange(recovery, {});
  forget();
  Reply reply;
  if (!read.move_in(crypto::SecretBytes(as_bytes(asked.passphrase())), *reply.mutable_pair()))
    return answers.fail(error(Error::NOT_THE_NOTEBOOK, "beginning"));
  answers.finish(std::move(reply));
}

void ComingBack::State::describe(BundleReport& out) const {
  out.set_chunks_missing(count(recovery.reader->tally().passed));
  recovery.tell_gaps(out);
}

}  // namespace duolog::control
