// duolog: what people touch. It speaks to duologd over a local socket, prints, and holds no key.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <exception>

#include "client/help_page.h"
#include "client/json.h"
#include "client/sanitise.h"
#include "client/verbs.h"

namespace duolog::client {
namespace {

// Text and passphrases pass through this process: no core dump of it, and no other process looks in.
void keep_to_itself() {
  ::prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // told by write() instead: client/output.h
}

Exit dispatch(Context& context, const Invocation& call) {
  switch (call.verb) {
    case Verb::kHelp:
      context.out.print(context.out.terminal() ? help_page(call.text, context.out.width()) : call.text);
      return Exit::kDone;
    case Verb::kToday:
      return today(context, call.today);
    case Verb::kInit:
      return init(context, call.init);
    case Verb::kWords:
      return words(context);
    case Verb::kPair:
      return pair(context, call.pair);
    case Verb::kWrite:
      return write(context, call.write);
    case Verb::kList:
      return list(context, call.list);
    case Verb::kShow:
      return show(context, call.show);
    case Verb::kLetters:
      return letters(context);
    case Verb::kSearch:
      return search(context, call.search);
    case Verb::kOnThisDay:
      return on_this_day(context, call.on_this_day);
    case Verb::kStats:
      return stats(context, call.stats);
    case Verb::kReply:
      return reply(context, call.reply);
    case Verb::kReact:
      return react(context, call.react);
    case Verb::kShare:
      return share(context, call.share);
    case Verb::kEdit:
      return edit(context, call.edit);
    case Verb::kHistory:
      return history(context, call.history);
    case Verb::kDelete:
      return take_back(context, call.erase);
    case Verb::kDo:
      return do_practice(context, call.doing);
    case Verb::kAnswers:
      return answers(context, call.answers);
    case Verb::kPractices:
      return practices(context, call.practices);
    case Verb::kTrends:
      return trends(context, call.trends);
    case Verb::kGuide:
      return guide(context, call.guide);
    case Verb::kPause:
      return pause(context, call.pause);
    case Verb::kResume:
      return resume(context);
    case Verb::kStatus:
      return status(context);
    case Verb::kWatch:
      return watch(context, call.watch);
    case Verb::kSync:
      return sync(context, call.sync);
    case Verb::kLock:
      return lock(context);
    case Verb::kUnlock:
      return unlock(context);
    case Verb::kPassphrase:
      return passphrase(context, call.passphrase);
    case Verb::kConfig:
      return config(context, call.config);
    case Verb::kDoctor:
      return call.doctor.repair ? repair(context, call.doctor) : doctor(context);
    case Verb::kBackup:
      return backup(context, call.backup);
    case Verb::kRestore:
      return restore(context, call.restore);
    case Verb::kAttachment:
      return attachment(context, call.attachment);
    case Verb::kDaemon:
      return daemon(context, call.daemon);
    case Verb::kImport:
      return import(context, call.import);
    case Verb::kExport:
      return export_journal(context, call.exporting);
  }
  return Exit::kUsage;
}

AutoStart auto_start() {
  const char* forbidden = std::getenv("DUOLOG_NO_AUTOSTART");
  return forbidden != nullptr && std::string_view(forbidden) == "1" ? AutoStart::kNever : AutoStart::kAllowed;
}

Exit run(int argc, const char* const* argv) {
  const Invocation call = parse_command_line(argc, argv);
  Output out(call.globals.colour, call.globals.json);
  Daemon daemon(call.globals.home, auto_start());
  Context context{call.globals, out, daemon};
  const Exit exit = dispatch(context, call);
  out.flush();
  return exit;
}

void report(const Failure& failure, bool json) {
  if (json) {
    return say("{\"error\":{\"code\":" + json_string(failure.code()) + ",\"message\":" + json_string(failure.what()) +
               ",\"hint\":" + json_string(failure.hint()) + "}}\n");
  }
  say_wrapped(std::string("duolog: ") + failure.what() + "\n");
  if (!failure.hint().empty()) say_wrapped("hint: " + failure.hint() + "\n");
}

Exit run_and_report(int argc, const char* const* argv) {
  try {
    return run(argc, argv);
  } catch (const ReaderGone&) {
    return Exit::kDone;
  } catch (const Failure& failure) {
    report(failure, wants_json(argc, argv));
    return failure.status();
  } catch (const std::exception& trouble) {
    report({Exit::kFailed, "FAILED", sanitise_line(trouble.what()), "what was saved is safe"}, wants_json(argc, argv));
    return Exit::kFailed;
  }
}

}  // namespace
}  // namespace duolog::client

int main(int argc, char** argv) {
  duolog::client::keep_to_itself();
  return static_cast<int>(duolog::client::run_and_report(argc, argv));
}
