// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/parting.h"

#include "daemon/control/convert.h"
#include "daemon/journal/attachments.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/parting.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr auto kLook = std::chrono::milliseconds(20);
constexpr int kLooks = 75;  // a second and a half: whoever leaves may have no more

class Parting {
 public:
  Parting(Desk& desk, Keep::Answers answers) : desk_(desk), answers_(std::move(answers)) {}
  void begin(const Part& asked);

 private:
  void look_up(const journal::Journal& journal);
  void wait_until_told(int looks);
  void leave();

  Desk& desk_;
  Keep::Answers answers_;
  JournalId journal_;
  bool forget_ = false;
  PartReport report_;
  std::shared_ptr<void> telling_;
  Hold timer_;
};

void Parting::begin(const Part& asked) {
  const journal::Journal& journal = journal::to_be_left(desk_.shelf(), asked.journal());
  journal_ = journal.id();
  forget_ = asked.forget();
  const bool parted = journal.secrets().parted;
  look_up(journal);
  Reply reply;
  if (asked.look_only()) {
    report_.set_write_to(desk_.shelf().write_to());
    *reply.mutable_parted() = report_;
    return answers_.finish(std::move(reply));
  }
  desk_.shelf().parts().identity.require(crypto::SecretBytes(as_bytes(asked.passphrase())));
  if (forget_ && asked.confirmed() != report_.entries()) {
    journal::Refusal refusal(journal::Reason::kWantsConfirming);
    refusal.offset = report_.entries();
    throw refusal;
  }
  if (!asked.tell() || parted) return leave();
  telling_ = desk_.shelf().part_and_tell(journal_);
  wait_until_told(kLooks);
}

void Parting::look_up(const journal::Journal& journal) {
  const journal::Leaving leaving = journal::look_at_leaving(desk_.shelf(), journal);
  report_.set_journal(leaving.journal);
  report_.set_other(leaving.other);
  report_.set_state(leaving.parted ? "kept" : "whole");
  report_.set_entries(count(leaving.entries));
  report_.set_entries_of_mine(count(leaving.entries_of_mine));
  report_.set_attachments_lacking(count(leaving.attachments_lacking));
  report_.set_not_delivered(count(leaving.not_delivered));
  report_.set_other_devices(count(leaving.other_devices));
}

void Parting::wait_until_told(int looks) {
  answers_.guarded([this, looks] {
    report_.set_told(journal::holds_all_of_ours(desk_.shelf(), journal_));
    if (report_.told() || looks == 0) return leave();
    timer_ = desk_.after(kLook, [this, looks] { wait_until_told(looks - 1); });
  });
}

void Parting::leave() {
  journal::Shelf& shelf = desk_.shelf();
  telling_.reset();
  if (forget_) {
    report_.set_unfinished(!shelf.forget(journal_));
    desk_.attachments().folded();
  } else {
    shelf.part(journal_);
  }
  report_.set_state(forget_ ? "forgotten" : "kept");
  report_.set_write_to(shelf.write_to());
  Reply reply;
  *reply.mutable_parted() = report_;
  answers_.finish(std::move(reply));
}

}  // namespace

Hold begin_parting(Desk& desk, const Part& asked, Keep::Answers answers) {
  auto parting = std::make_shared<Parting>(desk, std::move(answers));
  parting->begin(asked);
  return parting;
}

}  // namespace duolog::control
