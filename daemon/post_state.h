// post_state.h: the inside of the post, shared by post.cc (which mailboxes there are, and when each is visited),
// post_in.cc and post_out.cc. Nobody else includes this.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "daemon/carried.h"
#include "daemon/carrying.h"
#include "daemon/net/mailbox_call.h"
#include "daemon/post.h"

namespace duolog {

// One mailbox.
struct Post::Box : std::enable_shared_from_this<Post::Box> {
  Box(const Parts& given, std::string named, crypto::MailboxLink to)
      : parts(given), name(std::move(named)), link(std::move(to)), next(given.io), gather(given.io), turn(given.io) {}

  void start();
  void stop();
  void forget();                // what is remembered of it
  void forget_what_was_left();  // journals that go through it no more
  [[nodiscard]] Told tell() const;

  // ---- when: post.cc ----
  void wrote();
  void look_now();
  void elsewhere();
  void visit();
  void visit_in(std::chrono::milliseconds time);
  void later(asio::steady_timer& timer, std::chrono::milliseconds time, void (Box::*then)());
  void over(const net::MailboxCall::Outcome& outcome);
  void fail(std::string why, std::string at);
  template <class Work>
  auto guarded(Work&& work) -> decltype(work());
  [[nodiscard]] net::ErrandHooks hooks();
  void load();
  void remember();
  // ---- in: post_in.cc ----
  void listed(const mailbox::Listing& listing, const std::vector<mailbox::Lying>& all);
  [[nodiscard]] std::uint64_t look_after() const;
  std::optional<mailbox::Lying> wanted();
  void came(const mailbox::Lying& which, std::optional<Bytes> bundle);
  void dealt_with(std::uint64_t cursor);
  void soon();
  void step();
  void read_on();
  void done_reading();
  // ---- out: post_out.cc ----
  struct Put {
    JournalId journal;
    Carried carried;
    Hash forks;
  };
  struct Plan;
  void gathered();
  std::optional<Plan> plan(const JournalId& journal);
  std::optional<Bytes> to_put();
  std::optional<Bytes> make(const JournalId& journal);
  void kept(std::uint64_t cursor);
  void refused(mailbox::Why why);
  void say_what_lies_there(const JournalId& journal);

  [[nodiscard]] std::int64_t now() const { return parts.clock.wall().time_since_epoch().count(); }
  [[nodiscard]] store::LocalState& memory() const { return parts.house.local_state(); }

  const Parts& parts;
  std::string name;  // of what is remembered
  crypto::MailboxLink link;
  std::vector<JournalId> journals;
  asio::steady_timer next, gather, turn;
  std::unique_ptr<net::MailboxCall> call;
  bool gathering = false, again_soon = false, asked = false, stopped = false, turning = false;
  int failures = 0;
  SteadyTime next_at;
  std::string trouble, trouble_at;
  std::string said, said_at;  // of the last visit that is over, while the next one calls
  bool crowded = false;       // there is more to bring than this device's share of it

  // ---- remembered ----
  ByteArray<mailbox::kBoxLength> box{};
  std::uint64_t read = 0;            // up to here everything was dealt with
  std::set<std::uint64_t> gaps;      // what goes on after words that are not here: looked at again
  std::set<std::uint64_t> unopened;  // or opens by no key that is here
  std::int64_t looked_ms = 0, put_ms = 0, read_ms = 0;
  std::map<JournalId, CarriedAll> own;

  // ---- of the last visit ----
  mailbox::Listing last;
  std::int64_t ahead_ms = 0;
  std::size_t known_keys = 0, known_records = 0;  // when gaps and unopened were last looked at
  std::uint64_t asked_after = 0;
  std::deque<mailbox::Lying> to_fetch;
  std::deque<JournalId> to_bring;
  std::size_t brought = 0;
  bool anew = false;  // it is another store than it was: all is looked at from its beginning
  std::optional<Put> putting;
  struct Reading {
    mailbox::Lying which;
    Bytes bundle;
    std::unique_ptr<sync::BundleReader> reader;
    std::size_t at = 0;
  };
  std::optional<Reading> reading;
};

struct Post::State {
  explicit State(Parts given) : parts(std::move(given)) {}
  Parts parts;
  std::map<std::string, std::shared_ptr<Box>> boxes;
  std::vector<JournalId> served;  // what goes through one of them
};

template <class Work>
auto Post::Box::guarded(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const journal::Refusal&) {  // of a journal that was left meanwhile
  } catch (const store::NotDurable& refused) {
    trouble = "disk", trouble_at = refused.what();
  } catch (const store::BadDatabase& damaged) {
    trouble = "disk", trouble_at = damaged.what();
  } catch (const std::system_error& refused) {
    trouble = "disk", trouble_at = refused.what();
  } catch (const std::bad_alloc&) {
    trouble = "disk", trouble_at = "no locked memory is left for a key";
  }
  return decltype(work())();
}

}  // namespace duolog
