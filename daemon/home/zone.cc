// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/zone.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace duolog::home {
namespace {

namespace fs = std::filesystem;
constexpr const char* kZones = "/usr/share/zoneinfo";

bool is_zone(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos) return false;
  if (name == "localtime" || name == "posixrules") return false;  // what they mean is what is looked for
  std::error_code ignored;
  return fs::is_regular_file(fs::path(kZones) / name, ignored);
}

std::string from_environment() {
  const char* tz = std::getenv("TZ");
  if (tz == nullptr) return {};
  const std::string name = *tz == ':' ? tz + 1 : tz;
  return name;
}

std::string from_link() {
  std::error_code ignored;
  const std::string target = fs::canonical("/etc/localtime", ignored).string();
  const std::string zones = std::string(kZones) + '/';
  return target.compare(0, zones.size(), zones) == 0 ? target.substr(zones.size()) : std::string{};
}

std::string from_file() {
  std::ifstream file("/etc/timezone");
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace

std::string zone_of_this_machine() {
  for (const std::string& name : {from_environment(), from_link(), from_file()}) {
    if (is_zone(name)) return name;
  }
  return "UTC";
}

}  // namespace duolog::home
