// session_epochs.cc: epochs: asked for once a session each, given as soon as the journal allows.
//
// A question stays open: whoever is asked may not yet have read that the other one is a member. So nobody says no, and
// a side that is to have nothing learns nothing by asking. A secret is believed for its hash alone.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <new>

#include "crypto/epoch.h"
#include "daemon/sync/session_state.h"

namespace duolog::sync {

// ---- ours ----

// Also when the log has grown: members may be others now, and what they ask for may be theirs.
void Session::State::plan_epochs() {
  epochs_to_judge = true;
  if (!they_give_epochs || phase != Phase::kFlowing || epochs_asked.size() >= kEpochsAsked) return;
  const InHook inside(in_hook);
  for (const EpochId& epoch : hooks.epochs.wanted())
    if (epochs_asked.size() < kEpochsAsked && epochs_asked.insert(epoch).second) epochs_to_ask.push_back(epoch);
}

Bytes Session::State::send_epoch_question() {
  const auto end = epochs_to_ask.begin() + static_cast<std::ptrdiff_t>(std::min(epochs_to_ask.size(), kEpochsLimit));
  EpochWant want{{epochs_to_ask.begin(), end}};
  epochs_to_ask.erase(epochs_to_ask.begin(), end);
  epochs_awaited.insert(want.epochs.begin(), want.epochs.end());
  return encode(want);
}

void Session::State::on(const EpochGive& give) {
  auto came = std::make_shared<std::vector<crypto::EpochSecret>>();
  try {
    for (const ByteArray<32>& bytes : give.secrets) {
      auto secret = crypto::EpochSecret::from(bytes);
      if (epochs_awaited.erase(crypto::epoch_id(facts.journal, *secret)) == 0) {
        overlook("epochs that nobody asked for");
      } else {
        came->push_back(std::move(*secret));
      }
    }
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): no locked memory; the next session asks again
  }
  if (came->empty()) return;
  news.emplace_back([this, came] {
    if (hooks.epochs.came) hooks.epochs.came(std::move(*came));
  });
}

// ---- theirs ----

void Session::State::on(const EpochWant& want) {
  if (!they_give_epochs) throw ProtocolError("it wants epochs, and has not said that it knows them");
  epochs_asked_of_us += want.epochs.size();
  if (epochs_asked_of_us > kEpochsAsked) throw ProtocolError("too many epochs are wanted");
  epochs_owed.insert(want.epochs.begin(), want.epochs.end());
  epochs_to_judge = true;
}

std::optional<Bytes> Session::State::send_epochs() {
  const InHook inside(in_hook);
  EpochGive give;
  give.secrets.reserve(kEpochsLimit);
  for (auto owed = epochs_owed.begin(); owed != epochs_owed.end() && give.secrets.size() < kEpochsLimit;) {
    const crypto::EpochSecret* secret = hooks.epochs.give ? hooks.epochs.give(*owed) : nullptr;
    if (secret != nullptr) std::ranges::copy(secret->view(), give.secrets.emplace_back().begin());
    owed = secret != nullptr ? epochs_owed.erase(owed) : std::next(owed);
  }
  epochs_to_judge = give.secrets.size() == kEpochsLimit;  // there may be more
  if (give.secrets.empty()) return std::nullopt;
  return encode(give);
}

}  // namespace duolog::sync
