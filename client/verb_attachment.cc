// attachment: the files that came with entries: listed, saved, opened.
//
// Names and bytes are the other person's: a name is sanitised before it is shown and made safe before it is created
// (file_name.h), bytes go into a file and nowhere else (new_file.h).
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "client/ask.h"
#include "client/attached.h"
#include "client/draft.h"
#include "client/file_name.h"
#include "client/interrupts.h"
#include "client/json.h"
#include "client/moment.h"
#include "client/new_file.h"
#include "client/program.h"
#include "client/progress.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::string_view kLook = "duolog-look-";
constexpr unsigned kMostNumbered = 1000;

using control::AttachmentReport;

std::vector<AttachmentReport> files_of(Context& context, const std::string& id) {
  control::Request request;
  request.mutable_list_attachments()->set_id(id);
  request.mutable_list_attachments()->set_journal(context.globals.journal);
  std::vector<AttachmentReport> files;
  for (auto& reply : context.daemon.ask(request)) {
    if (reply.has_attachment()) files.push_back(std::move(*reply.mutable_attachment()));
  }
  return files;
}

// ---- list ----

std::string line_of(const AttachmentReport& file, const Output& out) {
  const auto head =
      short_id(file.id()) + "  " + std::to_string(file.number()) + "  " + day_of(file.written_at()) + "  ";
  return head + out.style().person(sanitise_line(file.author())) + "  " + attachment_text(file.attachment());
}

Exit list_files(Context& context, const AttachmentOptions& options) {
  if (!options.id.empty()) check_id(options.id);
  const auto files = files_of(context, options.id);
  if (files.empty() && !context.out.json()) context.out.line("no attachments");
  for (const auto& file : files) {
    context.out.line(context.out.json() ? to_json(file) : line_of(file, context.out));
  }
  return Exit::kDone;
}

// ---- fetching ----

Failure not_here(const AttachmentReport& file) {
  const auto name = sanitise_line(file.attachment().name());
  const auto again = "then: duolog attachment save " + short_id(file.id()) + " " + std::to_string(file.number());
  if (!file.trouble().empty()) {
    return {Exit::kFailed, "NOT_HERE_YET",
            name + " is not here, and cannot be fetched: " + sanitise_line(file.trouble()), again};
  }
  if (file.refused()) {
    return {
        Exit::kFailed, "NOT_HERE_YET",
        name + " is not here, and the other's device does not have it either; it is asked for again at every meeting",
        again};
  }
  return {Exit::kFailed, "NOT_HERE_YET",
          name + " is not here yet; it is fetched as soon as the other's device is connected", again};
}

// Until it is here. Throws Failure where it will not come now.
void fetch(Context& context, const AttachmentReport& file) {
  if (is_here(file.attachment())) return;
  control::Request request;
  auto& want = *request.mutable_want_attachment();
  want.set_id(file.id());
  want.set_number(file.number());
  want.set_wait(true);
  Progress progress("fetching " + sanitise_line(file.attachment().name()), file.attachment().size(),
                    context.out.json());
  context.daemon.connect();
  context.daemon.send(request);
  for (;;) {
    const auto reply = context.daemon.receive(std::nullopt);
    progress.at(reply.attachment().attachment().held());
    if (!reply.last()) continue;
    if (!is_here(reply.attachment().attachment())) throw not_here(reply.attachment());
    return;
  }
}

void read_all(Context& context, const AttachmentReport& file, const TakePiece& take) {
  const auto size = file.attachment().size();
  Progress progress("reading " + sanitise_line(file.attachment().name()), size, context.out.json());
  std::uint64_t done = 0;
  read_attached(context.daemon, {file.id(), file.number(), size}, [&](std::string_view bytes) {
    take(bytes);
    done += bytes.size();
    progress.at(done);
  });
}

std::vector<AttachmentReport> chosen_files(Context& context, const AttachmentOptions& options) {
  check_id(options.id);
  auto files = files_of(context, options.id);
  const auto count = files.size();
  if (files.empty()) {
    throw Failure(Exit::kNotFound, "NO_SUCH_ATTACHMENT", "nothing is attached to " + sanitise_line(options.id),
                  "duolog attachment list shows what there is");
  }
  if (options.number == 0) return files;
  if (options.number > count) throw no_such_attachment(static_cast<std::uint32_t>(count));
  return {files[options.number - 1]};
}

// ---- save ----

struct Place {
  std::string folder;  // empty: this one
  std::string name;    // empty: as the attachment is called
};

bool is_folder(const std::string& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

Place place_named(const std::string& to) {
  if (to.empty()) return {};
  if (to.ends_with('/') || is_folder(to)) return {to, ""};
  const auto slash = to.rfind('/');
  if (slash == std::string::npos) return {"", to};
  return {slash == 0 ? "/" : to.substr(0, slash), to.substr(slash + 1)};
}

Failure exists_already(const std::string& name) {
  return {Exit::kFailed, "EXISTS", sanitise_line(name) + " is there already, and stays as it is",
          "-o takes another name"};
}

// Under the name that was chosen: what is there stays, unless the person says otherwise.
std::string appear_as_named(NewFile& file, const std::string& name, bool ask) {
  if (!file.name_is_taken(name) && file.appear_as(name)) return name;
  if (!ask || !can_ask() || !ask_yes(sanitise_line(name) + " is there already; write over it?", false)) {
    throw exists_already(name);
  }
  file.replace(name);
  return name;
}

// Under its own name, or the next one that is free.
std::string appear_somehow(NewFile& file, const std::string& name) {
  if (file.appear_as(name)) return name;
  for (unsigned number = 2; number < kMostNumbered; ++number) {
    const auto next = numbered(name, number);
    if (file.appear_as(next)) return next;
  }
  throw exists_already(name);
}

void save_one(Context& context, const AttachmentReport& file, const Place& place) {
  fetch(context, file);
  const Interrupts interrupts;
  NewFile into(place.folder);
  read_all(context, file, [&](std::string_view bytes) {
    interrupts.leave_if_come("stopped; nothing of " + sanitise_line(file.attachment().name()) + " was saved");
    into.write(bytes);
  });
  const auto name = place.name.empty() ? appear_somehow(into, safe_file_name(file.attachment().name()))
                                       : appear_as_named(into, place.name, !context.globals.yes);
  const bool bare = place.folder.empty();
  const auto shown = bare ? name : place.folder + (place.folder.ends_with('/') ? "" : "/") + name;
  if (context.out.json()) {
    return context.out.line("{\"saved\":" + json_string(shown) +
                            ",\"size\":" + std::to_string(file.attachment().size()) + "}");
  }
  context.out.line("saved · " + sanitise_line(shown) + " · " + size_text(file.attachment().size()));
}

void to_standard_output(Context& context, const AttachmentReport& file) {
  if (context.out.terminal()) throw wrong_usage("a file does not belong on a terminal", "-o FILE, or a pipe behind it");
  fetch(context, file);
  read_all(context, file, [&context](std::string_view bytes) {
    context.out.print(bytes);
    context.out.flush();
  });
}

Exit save_files(Context& context, const AttachmentOptions& options) {
  const auto files = chosen_files(context, options);
  const bool piped = options.to == "-";
  const auto place = piped ? Place{} : place_named(options.to);
  if (files.size() > 1 && (piped || !place.name.empty())) {
    throw wrong_usage(fmt::format("{} files do not fit into one", files.size()),
                      "-o FOLDER, or the number of one: duolog attachment list " + sanitise_line(options.id));
  }
  for (const auto& file : files) {
    if (piped) {
      to_standard_output(context, file);
    } else {
      save_one(context, file, place);
    }
  }
  return Exit::kDone;
}

// ---- open ----

constexpr const char* kOpener = "xdg-open";

void check_opener(const AttachmentReport& file) {
  if (is_installed(kOpener)) return;
  throw Failure(Exit::kFailed, "NO_OPENER", "there is no xdg-open here, which knows what opens such a file",
                "apt install xdg-utils, or duolog attachment save " + short_id(file.id()));
}

// What can act by itself is opened by nobody by mistake. `name`: under which it will be opened.
void check_harmless(Context& context, const AttachmentReport& file, const std::string& name) {
  if (!may_run(name) || context.globals.yes) return;
  const auto what = sanitise_line(name) + " may do more than show something when it is opened";
  if (can_ask() && ask_yes(what + "; open it?", false)) return;
  throw Failure(Exit::kFailed, "MAY_RUN", what + "; it was not opened",
                "duolog attachment save " + short_id(file.id()) + " saves it, to be looked at first");
}

void put_in_memory(Context& context, const AttachmentReport& file, const Draft& copy, const Interrupts& interrupts) {
  std::ofstream into(copy.file(), std::ios::binary | std::ios::trunc);
  read_all(context, file, [&](std::string_view bytes) {
    interrupts.leave_if_come("stopped; the copy is gone");
    into.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  });
  into.close();
  if (into) return;
  throw Failure(Exit::kFailed, "NO_MEMORY_FOLDER",
                "there is no room in memory for " + size_text(file.attachment().size()),
                "duolog attachment save " + short_id(file.id()));
}

void show_copy(const Draft& copy, const Interrupts& interrupts) {
  const int status = run_in_terminal({kOpener, copy.file().string()});
  if (status != 0) {
    throw Failure(Exit::kFailed, "OPENER", fmt::format("xdg-open ended with status {}", status),
                  "duolog attachment save keeps it in a file");
  }
  say("the copy is in memory; Enter takes it away when you have looked: ");
  static_cast<void>(interrupts.come_before(STDIN_FILENO));
  say("\n");
}

Exit open_file(Context& context, const AttachmentOptions& options) {
  const auto files = chosen_files(context, options);
  if (files.size() > 1) {
    throw wrong_usage(fmt::format("{} files are attached to it: which one?", files.size()),
                      "duolog attachment open " + sanitise_line(options.id) + " 1");
  }
  const auto& file = files.front();
  check_opener(file);
  const auto name = safe_file_name(file.attachment().name());
  check_harmless(context, file, name);
  fetch(context, file);
  Draft::sweep(kLook);          // what a killed one has left
  const Interrupts interrupts;  // from before there is anything to take away until it is gone
  const auto copy = Draft::make({}, {kLook, name});
  try {
    put_in_memory(context, file, copy, interrupts);
    context.daemon.disconnect();
    show_copy(copy, interrupts);
  } catch (...) {
    copy.shred();
    throw;
  }
  copy.shred();
  return Exit::kDone;
}

}  // namespace

Exit attachment(Context& context, const AttachmentOptions& options) {
  if (options.action == "save") return save_files(context, options);
  if (options.action == "open") return open_file(context, options);
  return list_files(context, options);
}

}  // namespace duolog::client
