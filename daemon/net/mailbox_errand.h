// mailbox_errand.h: one visit to a mailbox: what lies there is listed, what is wanted is fetched, what is to be brought
// is put there. Bytes in, bytes out; it owns no socket and no clock.
//
//   kShaking ──message 2, the key of the link, message 3──► kListing ──► kFetching ──► kPutting ──► kOver
//        └── any doubt ────────────────────────────────────────┴─────────────┴────────────┴──────────▲
//
// kShaking:  message 1 is the first output; the answer must be there within 10 s.
// kListing:  page after page, as long as there are more, up to kListedInAll.
// kFetching: what `wanted` names, part after part. Its size and its hash are those of the listing, or the visit ends.
// kPutting:  what `to_put` gives, part after part.
//
// Nothing a mailbox says is believed beyond what it costs: a cursor that does not grow, a part that is not the next
// one, an answer to another question, a list without end end the visit (kUntrue). What is in a bundle is its reader's
// matter. Spec: proto/README.md section 3.11b.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "daemon/line/mailbox_message.h"
#include "daemon/line/talk_line.h"

namespace duolog::net {

inline constexpr std::size_t kListedInAll = 65'536;
inline constexpr std::size_t kLeastPart = 4096;  // of what is fetched, but for the last
inline constexpr std::uint64_t kFetchedAVisit = std::uint64_t{256} << 20;
inline constexpr milliseconds kErrandTime{3'600'000};

struct ErrandHooks {
  // All that lies behind the cursor that was asked for, in its order; once, before all else. `told` of the last page.
  std::function<void(const mailbox::Listing& told, const std::vector<mailbox::Lying>& all)> listed;
  std::function<std::optional<mailbox::Lying>()> wanted;  // the next to fetch; of those that were listed
  // It is here, and is what was listed; nullopt: it is gone there.
  std::function<void(const mailbox::Lying&, std::optional<Bytes>)> came;
  std::function<bool()> busy;                    // with what came: nothing is asked meanwhile
  std::function<std::optional<Bytes>()> to_put;  // the next to bring, at most mailbox::kBundleLimit bytes
  std::function<void(const BundleId&, std::uint64_t cursor)> kept;
  // The mailbox does not take it.
  std::function<void(mailbox::Why)> refused;
};

class MailboxErrand {
 public:
  enum class End {
    kNone,
    kDone,
    kSilent,    // nobody answered the handshake: another link, another program, or nobody there
    kStranger,  // somebody who knows the link's secret and is not the mailbox
    kClosed,    // by the other side or the network
    kUntrue,    // an answer that cannot be
    kTired,     // so much for one visit: the rest next time
  };

  // Lists what lies behind `after`.
  MailboxErrand(const crypto::MailboxLink& link, std::uint64_t after, ErrandHooks hooks, SteadyTime now);
  ~MailboxErrand();

  void receive(ByteView bytes, SteadyTime now);
  void closed();               // by the other side or the network
  void moved(SteadyTime now);  // busy() may be another one
  void tick(SteadyTime now);
  [[nodiscard]] Bytes take_output();
  [[nodiscard]] bool finished() const;  // close the connection after the last output
  [[nodiscard]] SteadyTime deadline() const;
  [[nodiscard]] End end() const;
  [[nodiscard]] bool has_shaken_hands() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::net
