// recovering.h: every device is lost, and the 24 words and a bundle of the notebook are there: what was carried by hand
// is read straight into the home that is to be, and nobody else is needed.
//
//   reader() ─ fed, verified, stored beside the home's place ─► keep() ─► a home, once it is moved into its place
//
// What the notebook keeps brings back the keys of everything else; words of shared journals come by bundles of theirs,
// or from whoever shares them. Spec: proto/README.md section 3.11.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/home/clock.h"
#include "daemon/home_to_be.h"
#include "daemon/journal/roster.h"
#include "daemon/sync/bundle_reader.h"

namespace duolog {

class Recovering {
 public:
  struct Comer {
    crypto::RootKeys root;
    std::string name;
    std::string device_name;
  };
  // Throws what HomeToBe throws. REQUIRES: as there. `home` outlives it.
  Recovering(const home::Home& home, Comer comer, WallTime now);
  ~Recovering();  // what is not in its place goes
  Recovering(const Recovering&) = delete;
  Recovering& operator=(const Recovering&) = delete;

  [[nodiscard]] sync::BundleReader& reader() { return reader_; }
  // The bundle is of a journal that is shared: that one comes after the notebook.
  [[nodiscard]] bool is_shared() const { return is_shared_; }

  struct Gap {
    std::string device;  // its name, or the beginning of its id
    std::uint64_t held = 0;
    std::uint64_t begins = 0;
  };
  // What lies between what was read of a log: no part of the bundle has it.
  [[nodiscard]] std::vector<Gap> gaps() const;

  // What was read becomes a home, which is still to be opened. False: what is there does not begin a notebook, and
  // nothing was made. Throws store::NotDurable. REQUIRES: nothing is read any more; called once.
  bool move_in(const crypto::SecretBytes& passphrase, crypto::Argon2Cost cost);

 private:
  sync::BundleHooks hooks();
  std::optional<JournalId> told(ByteView genesis);
  bool admit(const crypto::Chain& chain);

  const home::Home& home_;
  Comer comer_;
  std::unique_ptr<HomeToBe> to_be_;
  crypto::Chain chain_;  // of this device, by the root
  std::optional<crypto::Genesis> genesis_;
  std::optional<journal::Roster> roster_;
  bool is_shared_ = false;
  sync::BundleReader reader_;
};

}  // namespace duolog
