// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/binding.h"

#include "client/export/keepsake.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

namespace fs = std::filesystem;

std::string title_of(const Days& days, const std::string& person, bool mine) {
  if (mine || days.authors().size() < 2) return days.authors().empty() ? person : days.authors().front();
  std::vector<std::string> names;
  for (const bool own : {true, false}) {
    for (std::uint32_t i = 0; i < days.authors().size(); ++i)
      if (days.is_mine(i) == own) names.push_back(days.authors()[i]);
  }
  std::string title;
  for (std::size_t i = 0; i < names.size(); ++i)
    title += (i == 0 ? "" : i + 1 == names.size() ? " & " : ", ") + names[i];
  return title;
}

std::string tags_text(const std::vector<std::string>& tags) {
  std::string text = tags.size() == 1 ? "Entries with the tag " : "Entries with all of the tags ";
  for (std::size_t i = 0; i < tags.size(); ++i) text += (i == 0 ? "" : ", ") + tags[i];
  return text + ".";
}

Book book_of(const ExportOptions& options, const LeftOut& left_out, const Days& days, const std::string& person) {
  Book book;
  book.title = title_of(days, person, options.mine);
  book.about.push_back(options.mine ? "The words of " + person + " alone."
                                    : "What was written in this journal, day by day.");
  if (!options.since.empty() || !options.until.empty()) {
    book.about.push_back("The days" + (options.since.empty() ? "" : " from " + options.since) +
                         (options.until.empty() ? "" : " up to " + options.until) + ".");
  }
  if (!options.tags.empty()) book.about.push_back(tags_text(options.tags));
  for (const auto& sentence : left_out_text(left_out)) book.about.push_back("Left out: " + sentence + ".");
  return book;
}

bool names_a_page(std::string_view place) { return place.ends_with(".html") || place.ends_with(".htm"); }

// "our-year" for "our-year.html".
std::string folder_named(const std::string& place) {
  return names_a_page(place) ? fs::path(place).replace_extension().string() : place;
}

// Whole, at its place.
void put_together(const fs::path& place, Form form, bool replace, const GoOn& go_on, Attachments& attachments,
                  const std::function<void(Pictures&, const std::function<void(std::string_view)>&)>& write) {
  const auto print = [&](const fs::path& page, const fs::path& beside) {
    PrivateFile file(page);
    Pictures pictures(attachments, form, beside);
    write(pictures, [&](std::string_view text) { go_on(), file.write(text); });
    file.keep(form == Form::kOneFile && replace);
  };
  if (form == Form::kOneFile) return print(place, place);
  PrivateFolder folder(place);
  print(folder.path() / "index.html", folder.path());
  folder.keep(replace);
}

}  // namespace

ExportChoice choice_of(const Context& context, const ExportOptions& options) {
  return {context.globals.journal, options.since, options.until, options.tags, options.mine, false};
}

Attachments::Wanted wanted_by(const ExportOptions& options) {
  return options.no_attachments ? Attachments::Wanted::kNamed : Attachments::Wanted::kCopied;
}

Made export_keepsake(Context& context, const ExportOptions& options, const GoOn& go_on) {
  Made made;
  auto form = names_a_page(options.place) && !options.folder ? Form::kOneFile : Form::kFolder;
  made.place = form == Form::kOneFile ? options.place : folder_named(options.place);
  check_place(made.place, form == Form::kFolder, context.globals.yes);
  const auto person = context.daemon.open_status().device().person();
  Days days(made.place);
  made.exported = gather(context.daemon, choice_of(context, options), days, go_on);
  Attachments attachments(context.daemon, wanted_by(options), go_on, context.out.json());
  const auto survey = survey_of(days, attachments, form);
  if (survey.photographs > kPicturesInOnePage) {
    form = Form::kFolder;
    made.place = folder_named(options.place);
    made.instead = true;
    check_place(made.place, true, context.globals.yes);
  }
  const auto series =
      options.tags.empty() ? series_of(context.daemon, choice_of(context, options)) : std::vector<control::Series>();
  auto book = book_of(options, made.exported.left_out, days, person);
  for (const auto& sentence : not_carried_text({0, options.no_attachments ? 0 : survey.not_here, 0, 0}))
    book.about.push_back("Left out: " + sentence + ".");
  sweep_unfinished(made.place);
  put_together(made.place, form, context.globals.yes, go_on, attachments,
               [&](Pictures& pictures, const auto& write) { write_keepsake(book, series, days, pictures, write); });
  made.carried = attachments.carried();
  return made;
}

}  // namespace duolog::client
