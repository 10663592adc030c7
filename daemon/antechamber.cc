// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/antechamber.h"

#include <spdlog/spdlog.h>

#include "daemon/jitter.h"
#include "daemon/net/address_book.h"

namespace duolog {
namespace {

std::uint64_t seconds(WallTime now) {
  const auto since = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, since));
}

void note(std::string_view text) { spdlog::info("joining: {}", text); }

}  // namespace

Antechamber::Antechamber(asio::io_context& io, const home::Home& home, const home::Config& config, const Clock& clock,
                         std::string device_name, std::function<void(std::exception_ptr)> failed, ByteView spent)
    : home_(home, std::move(device_name)),
      certificate_(crypto::certify(keys(), keys().public_keys(), seconds(clock.wall()), home_.device_name())) {
  if (!spent.empty()) memory().put(net::kSpentCodes, spent);
  net::PeerHooks nobody;
  nobody.admits = [](const JournalId&, const crypto::Chain&) { return std::nullopt; };
  nobody.session = [](const JournalId&, const crypto::ProvenDevice&) { return sync::Hooks(); };
  switchboard_ = std::make_unique<net::Switchboard>(net::Switchboard::House{{keys(), [this] { return introduction(); }},
                                                                            home_.log(),
                                                                            memory(),
                                                                            clock,
                                                                            random_below,
                                                                            std::move(nobody),
                                                                            note});
  node_ = std::make_unique<net::Node>(
      io, *switchboard_,
      net::Node::Options{config.listen, config.discovery, config.addresses, note, std::move(failed), clock});
}

Antechamber::~Antechamber() = default;

// The person is whoever lets it in; until then it has no name but its own.
net::Introduction Antechamber::introduction() const { return as_.value_or(net::Introduction{{certificate_}, {}}); }

void Antechamber::keep(journal::Handover handover, const crypto::SecretBytes& passphrase, crypto::Argon2Cost cost) {
  net::AddressBook book(memory());
  for (const journal::Reach& one : handover.reach) book.learn(one.device, one.addresses);
  home_.keep(std::move(handover.handed), passphrase, cost);
}

Bytes Antechamber::spent() const { return home_.memory().get(net::kSpentCodes).value_or(Bytes()); }

void Antechamber::leave(std::function<void()> done) { node_->stop(std::move(done)); }

}  // namespace duolog
