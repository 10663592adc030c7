// mailbox_call.h: the socket of an errand: its mailbox's addresses are tried one after the other, and the first at
// which the handshake succeeds is spoken with.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <asio/io_context.hpp>

#include "daemon/net/dialer.h"
#include "daemon/net/mailbox_errand.h"

namespace duolog::net {

class MailboxCall {
 public:
  struct Outcome {
    MailboxErrand::End end = MailboxErrand::End::kNone;  // kNone: nowhere did anybody take the call
    Trouble trouble = Trouble::kNone;                    // then
    std::string address;                                 // the last that was tried, or where it was met
  };
  // `made` gives the hooks for each attempt. `done` is called once, never from within a call here, and not after this
  // is gone. `failed`: our own bug.
  MailboxCall(asio::io_context& io, crypto::MailboxLink link, std::uint64_t after, std::function<ErrandHooks()> made,
              std::function<SteadyTime()> now, std::function<void(Outcome)> done,
              std::function<void(std::exception_ptr)> failed);
  ~MailboxCall();
  MailboxCall(const MailboxCall&) = delete;
  MailboxCall& operator=(const MailboxCall&) = delete;

  void moved();  // a hook's busy() may be another one

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog::net
