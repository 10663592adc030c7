// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/recovering.h"

#include <spdlog/spdlog.h>

#include "daemon/journal/opened_by_words.h"
#include "daemon/journal/own_enrolment.h"

namespace duolog {

Recovering::Recovering(const home::Home& home, Comer comer, WallTime now)
    : home_(home),
      comer_(std::move(comer)),
      to_be_(std::make_unique<HomeToBe>(home, comer_.device_name)),
      reader_(to_be_->log(), hooks()) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto created = static_cast<std::uint64_t>(std::max<std::int64_t>(0, seconds));
  chain_ = {crypto::certify(comer_.root, to_be_->keys().public_keys(), created, comer_.device_name)};
}

Recovering::~Recovering() {
  to_be_.reset();
  try {
    clear_unfinished_joining(home_);
  } catch (const std::exception& refused) {
    spdlog::warn("what a stopped recovery has left cannot be cleared away: {}", refused.what());
  }
}

// Attachments are passed over: which of them are wanted is not known before everything is folded.
sync::BundleHooks Recovering::hooks() {
  sync::BundleHooks hooks;
  hooks.whose = [this](const crypto::BundleHead& head) -> std::optional<sync::BundleOwner> {
    auto key = head.open(comer_.root);
    if (!key) return std::nullopt;
    return sync::BundleOwner{{}, {}, std::move(*key), false};
  };
  hooks.told = [this](ByteView genesis) { return told(genesis); };
  hooks.admit = [this](const JournalId&, const crypto::Chain& chain) { return admit(chain); };
  return hooks;
}

// Anybody who knows this root's public key can seal something for it. What it brings must be signed by devices that
// the root vouches for.
std::optional<JournalId> Recovering::told(ByteView genesis) {
  const auto read = crypto::Genesis::decode(genesis);
  if (!read || !read->names(comer_.root.public_keys().id())) return std::nullopt;
  is_shared_ = read->second.has_value();
  if (is_shared_) return std::nullopt;
  genesis_ = *read;
  roster_.emplace(to_be_->memory(), *genesis_);
  to_be_->log().add_journal(genesis_->id());
  return genesis_->id();
}

bool Recovering::admit(const crypto::Chain& chain) {
  const auto proven = roster_->prove(chain);
  const bool has_room = roster_->devices().size() < journal::kDevicesEver + journal::kStrays;  // which are strays?
  if (!proven || !has_room) return false;
  roster_->add(chain, *proven, true);
  return to_be_->log().admit(genesis_->id(), proven->device.id(), proven->device.sign);
}

std::vector<Recovering::Gap> Recovering::gaps() const {
  constexpr std::size_t kIdShown = 8;
  std::vector<Gap> gaps;
  for (const auto& [device, gap] : reader_.tally().gaps) {
    const auto head = to_be_->log().head(genesis_->id(), device);
    const std::uint64_t held = head ? head->seq : 0;
    const crypto::ProvenDevice* known = roster_->find(device);
    const bool is_named = known != nullptr && !known->name.empty();
    if (held + 1 < gap.begins)
      gaps.push_back({is_named ? known->name : hex(device.view()).substr(0, kIdShown), held, gap.begins});
  }
  return gaps;
}

bool Recovering::move_in(const crypto::SecretBytes& passphrase, crypto::Argon2Cost cost) {
  auto notebook = genesis_ ? journal::notebook_by_words(to_be_->log(), *roster_, *genesis_, comer_.root) : std::nullopt;
  if (!notebook) return false;
  journal::Returned returned;
  returned.journals.push_back(std::move(*notebook));
  journal::note_homecoming(to_be_->memory(), returned);
  roster_.reset();
  to_be_->keep(journal::handed_by_words(comer_.root, chain_, comer_.name, returned), passphrase, cost);
  to_be_.reset();
  move_in_from_joining(home_);
  spdlog::info("recovered: this home is its person's again, by their words and a bundle of the notebook");
  return true;
}

}  // namespace duolog
