// verbs.h: what each word of the command line does. One function a verb; they speak to the daemon, print, and throw
// Failure where it cannot be done. verb_*.cc holds them by what they are about.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/command_line.h"
#include "client/daemon.h"
#include "client/failure.h"
#include "client/output.h"

namespace duolog::client {

struct Context {
  const Globals& globals;
  Output& out;
  Daemon& daemon;
};

// verb_set_up.cc
Exit init(Context& context, const InitOptions& options);
Exit words(Context& context);
// verb_lock.cc
Exit lock(Context& context);
Exit unlock(Context& context);
Exit passphrase(Context& context, const PassphraseOptions& options);
// verb_pair.cc
Exit pair(Context& context, const PairOptions& options);
// verb_write.cc
Exit write(Context& context, const WriteOptions& options);
Exit config(Context& context, const ConfigOptions& options);
// verb_read.cc
Exit list(Context& context, const ListOptions& options);
Exit show(Context& context, const ShowOptions& options);
Exit today(Context& context);
// verb_practice.cc
Exit checkin(Context& context, const CheckinOptions& options);
Exit answers(Context& context, const AnswersOptions& options);
// verb_state.cc
Exit status(Context& context);
Exit doctor(Context& context);
// verb_sync.cc
Exit sync(Context& context, const SyncOptions& options);
Exit watch(Context& context, const WatchOptions& options);
// verb_daemon.cc
Exit daemon(Context& context, const DaemonOptions& options);

}  // namespace duolog::client
