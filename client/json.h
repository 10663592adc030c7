// json.h: the control messages as scripts read them: the proto3 JSON mapping with the field names of control.proto and
// default values printed, complete, on one line, and with nothing in it that a terminal would obey.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace duolog::client {

std::string to_json(const google::protobuf::Message& message);
// A JSON string, quotes included. REQUIRES: valid UTF-8; what is not becomes U+FFFD.
std::string json_string(std::string_view text);

}  // namespace duolog::client
