// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/zip_files.h"

#include <sys/stat.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <streambuf>
#include <unordered_map>
#include <unordered_set>

#include "client/sanitise.h"

namespace duolog::client {
namespace {

constexpr const char* kUntouched = "nothing was imported; is this the file that the other program made?";

struct CloseZip {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

// A packed file as a stream. What unpacks to more than it said, or is damaged, ends in a Failure.
class Unpacking : public std::streambuf {
 public:
  Unpacking(zip_file_t* file, std::string name, std::uint64_t size)
      : file_(file), name_(std::move(name)), left_(size) {}

 protected:
  int_type underflow() override {
    const auto got = zip_fread(file_.get(), bytes_.data(), bytes_.size());
    if (got < 0) refuse_file(name_, "is damaged: " + sanitise_line(zip_file_strerror(file_.get())), kUntouched);
    if (got == 0 && left_ != 0) refuse_file(name_, "ends too early", kUntouched);
    if (static_cast<std::uint64_t>(got) > left_) refuse_file(name_, "unpacks to more than it says", kUntouched);
    if (got == 0) return traits_type::eof();
    left_ -= static_cast<std::uint64_t>(got);
    setg(bytes_.data(), bytes_.data(), bytes_.data() + got);
    return traits_type::to_int_type(bytes_[0]);
  }

 private:
  std::unique_ptr<zip_file_t, CloseFile> file_;
  std::string name_;
  std::uint64_t left_;
  std::array<char, 1 << 16> bytes_{};
};

class Unpacked : public std::istream {
 public:
  Unpacked(zip_file_t* file, const std::string& name, std::uint64_t size)
      : std::istream(nullptr), buffer_(file, name, size) {
    rdbuf(&buffer_);
    exceptions(std::ios::badbit);  // so that a Failure of the buffer comes through
  }

 private:
  Unpacking buffer_;
};

bool is_bad_name(const std::string& name) {
  if (name.empty() || name.size() > kNameLimit || name.front() == '/' || utf8_fault(name) != std::string::npos)
    return true;
  if (name.size() > 1 && name[1] == ':') return true;
  if (std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '\\'; })) return true;
  for (std::size_t at = 0; at <= name.size();) {
    const auto end = std::min(name.find('/', at), name.size());
    const auto part = name.substr(at, end - at);
    if (part == ".." || part == ".") return true;
    at = end + 1;
  }
  return false;
}

bool is_link(zip_t* archive, zip_uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  if (zip_file_get_external_attributes(archive, index, 0, &system, &attributes) != 0) return false;
  return system == ZIP_OPSYS_UNIX && S_ISLNK(attributes >> 16);
}

class Zip : public Files {
 public:
  explicit Zip(const std::filesystem::path& place) {
    int trouble = 0;
    archive_.reset(zip_open(place.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &trouble));
    if (!archive_) refuse_file(place.string(), "is no whole ZIP archive", kUntouched);
    const auto count = zip_get_num_entries(archive_.get(), 0);
    if (count > static_cast<zip_int64_t>(kNamesLimit))
      refuse_file(place.string(), "holds more than " + std::to_string(kNamesLimit) + " files", kUntouched);
    for (zip_int64_t i = 0; i < count; ++i) take(static_cast<zip_uint64_t>(i), place.string());
    std::ranges::sort(files_, {}, &File::name);
  }

  [[nodiscard]] std::unique_ptr<std::istream> open(const File& file) const override {
    zip_file_t* opened = zip_fopen_index(archive_.get(), places_.at(file.name), 0);
    if (opened == nullptr) refuse_file(file.name, "cannot be unpacked", kUntouched);
    return std::make_unique<Unpacked>(opened, file.name, file.size);
  }

 private:
  void take(zip_uint64_t index, const std::string& archive) {
    zip_stat_t about;
    zip_stat_init(&about);
    const char* raw = zip_get_name(archive_.get(), index, ZIP_FL_ENC_RAW);
    if (raw == nullptr || zip_stat_index(archive_.get(), index, 0, &about) != 0)
      refuse_file(archive, "is no whole ZIP archive", kUntouched);
    const std::string name = raw;
    if (is_bad_name(name))
      refuse_file(archive, "holds a file whose name leads elsewhere: " + sanitise_line(name), kUntouched);
    if (!places_.emplace(name, index).second)
      refuse_file(archive, "holds the same name twice: " + sanitise_line(name), kUntouched);
    if (is_link(archive_.get(), index)) refuse_file(archive, "holds a link: " + sanitise_line(name), kUntouched);
    if (name.ends_with('/')) return;
    if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && about.encryption_method != ZIP_EM_NONE)
      refuse_file(archive, "wants a password", "export it once more, without one");
    if ((about.valid & ZIP_STAT_SIZE) == 0 || (about.valid & ZIP_STAT_COMP_SIZE) == 0 || about.size > kFileLimit)
      refuse_file(archive, "holds a file that is too large: " + sanitise_line(name), kUntouched);
    if (about.size > kRatioFree && about.size / kRatioLimit > about.comp_size)
      refuse_file(archive, "holds a file that unpacks to far more than it is: " + sanitise_line(name), kUntouched);
    files_.push_back({name, about.size, 0});
  }

  std::unique_ptr<zip_t, CloseZip> archive_;
  std::unordered_map<std::string, zip_uint64_t> places_;
};

}  // namespace

std::unique_ptr<Files> open_zip(const std::filesystem::path& place) { return std::make_unique<Zip>(place); }

}  // namespace duolog::client
