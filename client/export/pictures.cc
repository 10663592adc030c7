// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/pictures.h"

#include <optional>

#include "client/export/html_text.h"
#include "client/export/picture_tag.h"
#include "client/export/private_file.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::size_t kPiece = kBase64Step << 16;
constexpr std::string_view kFolder = "pictures";

}  // namespace

Pictures::Pictures(Attachments& attachments, Form form, const std::filesystem::path& place)
    : attachments_(attachments),
      form_(form),
      folder_(form == Form::kFolder ? place : std::filesystem::path()),
      aside_(place) {}

Fate Pictures::show(const control::Item& item, int at, const Photograph& photograph,
                    const std::function<void(std::string_view)>& write) {
  const auto tag = picture_tag(photograph, item.attachments(at).name());
  const auto name = picture_name(photograph, number_ + 1);
  std::optional<PrivateFile> file;
  if (form_ == Form::kFolder) {
    make_private_folder(folder_ / kFolder);
    file.emplace(folder_ / name);
  }
  std::size_t begins = 0, length = 0;
  const auto fate = attachments_.read(item, at, [&](std::string_view piece) {
    if (file) return file->write(piece);
    const auto put = aside_.put(piece);
    if (length == 0) begins = put;
    length += piece.size();
  });
  if (fate != Fate::kCopied) return fate;
  ++number_;
  write("<figure class=\"picture\">" + tag.before + (file ? name : data_address(photograph)));
  if (file) file->keep(false);
  for (std::size_t done = 0; done < length; done += kPiece)
    write(in_base64(aside_.get(begins + done, std::min(kPiece, length - done))));
  write(tag.after + "</figure>\n");
  return fate;
}

void Pictures::write_under(const control::Item& item, const std::function<void(std::string_view)>& write) {
  for (int at = 0; at < item.attachments_size(); ++at) {
    const auto begins = attachments_.beginning(item, at);
    const auto photograph = photograph_of(begins.bytes);
    auto fate = begins.fate == Fate::kCopied && !photograph ? Fate::kNamed : begins.fate;
    if (fate == Fate::kCopied) fate = show(item, at, *photograph, write);
    const auto text = attachments_.settle(item, at, fate);
    if (fate != Fate::kCopied) write("<p class=\"file\">attached: " + html_escape(text) + "</p>\n");
  }
}

Survey survey_of(Days& days, Attachments& attachments, Form form) {
  Survey survey;
  for (const auto& piece : days.pieces()) {
    if (piece.files == 0) continue;
    const auto item = days.read(piece);
    for (int at = 0; at < item.attachments_size(); ++at) {
      if (!is_here(item.attachments(at))) ++survey.not_here;
      if (form == Form::kFolder || survey.photographs > kPicturesInOnePage) continue;
      const auto begins = attachments.beginning(item, at);
      if (photograph_of(begins.bytes)) survey.photographs += item.attachments(at).size();
    }
  }
  return survey;
}

}  // namespace duolog::client
