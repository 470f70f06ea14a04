#include "turnout/http/message_reader.h"

#include <algorithm>
#include <charconv>

namespace turnout::http {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

MessageReader& reader_of(llhttp_t* parser) { return *static_cast<MessageReader*>(parser->data); }

}  // namespace

/// What llhttp calls. It knows pointers; the reader keeps offsets, for heads may move.
struct Callbacks {
  static int on_method(llhttp_t* parser, const char* at, std::size_t length) {
    auto& reader = reader_of(parser);
    reader.extend(reader.method_, at, length);
    return HPE_OK;
  }
  static int on_url(llhttp_t* parser, const char* at, std::size_t length) {
    auto& reader = reader_of(parser);
    reader.extend(reader.target_, at, length);
    return HPE_OK;
  }
  static int on_field(llhttp_t* parser, const char* at, std::size_t length) {
    auto& reader = reader_of(parser);
    if (reader.head_done_) return HPE_OK;  // a trailer
    if (reader.lines_.empty() || reader.value_open_) reader.lines_.emplace_back();
    reader.value_open_ = false;
    reader.extend(reader.lines_.back().name, at, length);
    return HPE_OK;
  }
  static int on_value(llhttp_t* parser, const char* at, std::size_t length) {
    auto& reader = reader_of(parser);
    if (reader.head_done_) return HPE_OK;
    reader.extend(reader.lines_.back().value, at, length);
    return HPE_OK;
  }
  static int on_value_complete(llhttp_t* parser) {
    reader_of(parser).value_open_ = true;
    return HPE_OK;
  }
  static int on_headers_complete(llhttp_t* parser) {
    reader_of(parser).head_done_ = true;
    return HPE_PAUSED;
  }
  static int on_body(llhttp_t* parser, const char* at, std::size_t length) {
    auto& reader = reader_of(parser);
    if (reader.data_ != nullptr) reader.data_->emplace_back(at, length);
    return HPE_OK;
  }
  static int on_message_complete(llhttp_t* parser) {
    reader_of(parser).body_done_ = true;
    return HPE_PAUSED;
  }
  static const llhttp_settings_t& settings() {
    static const llhttp_settings_t made = [] {
      llhttp_settings_t settings{};
      llhttp_settings_init(&settings);
      settings.on_method = on_method;
      settings.on_url = on_url;
      settings.on_header_field = on_field;
      settings.on_header_value = on_value;
      settings.on_header_value_complete = on_value_complete;
      settings.on_headers_complete = on_headers_complete;
      settings.on_body = on_body;
      settings.on_message_complete = on_message_complete;
      return settings;
    }();
    return made;
  }
};

void MessageReader::start(Kind kind) {
  llhttp_init(&parser_, kind == Kind::kRequest ? HTTP_REQUEST : HTTP_RESPONSE,
              &Callbacks::settings());
  parser_.data = this;
  lines_.clear();
  method_ = target_ = {};
  value_open_ = head_done_ = body_done_ = false;
  head_bytes_ = 0;
  keep_alive_ = true;
  chunked_ = false;
  length_.reset();
  data_ = nullptr;
}

void MessageReader::extend(Range& range, const char* at, std::size_t length) const {
  const auto begin = static_cast<std::uint32_t>(at - base_);
  if (range.end == 0) range.begin = begin;
  range.end = begin + static_cast<std::uint32_t>(length);
}

MessageReader::Progress MessageReader::refuse(int status, std::string_view reason) {
  status_ = status;
  reason_ = reason;
  return Progress::kBad;
}

MessageReader::Progress MessageReader::read_head(std::string_view bytes, std::size_t from) {
  parser_.data = this;
  base_ = bytes.data();
  const auto result = llhttp_execute(&parser_, bytes.data() + from, bytes.size() - from);
  if (!head_done_) {
    if (result == HPE_OK) return Progress::kMore;
    if (result == HPE_INVALID_VERSION) return refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken");
    const char* reason = llhttp_get_error_reason(&parser_);
    return refuse(400, reason != nullptr ? reason : "the message is no HTTP/1.1");
  }
  chunked_ = (parser_.flags & F_CHUNKED) != 0;
  keep_alive_ = llhttp_should_keep_alive(&parser_) != 0;
  if ((parser_.flags & F_CONTENT_LENGTH) != 0) length_ = parser_.content_length;
  head_bytes_ = static_cast<std::size_t>(llhttp_get_error_pos(&parser_) - base_);
  return check(bytes);
}

MessageReader::Progress MessageReader::check(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, head_bytes_);
  if (const auto progress = check_lines(head); progress == Progress::kBad) return progress;
  return check_fields(bytes);
}

/// No line ends in LF alone, none goes on in the next.
MessageReader::Progress MessageReader::check_lines(std::string_view head) {
  for (auto at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at + 1)) {
    if (at == 0 || head[at - 1] != '\r') return refuse(400, "a line ends without CR");
    if (at + 1 < head.size() && (head[at + 1] == ' ' || head[at + 1] == '\t'))
      return refuse(400, "a header line is folded");
  }
  return Progress::kReady;
}

/// The request's line is "METHOD /target HTTP/1.x", with one space between each two.
MessageReader::Progress MessageReader::check_target(std::string_view bytes) {
  const auto target = bytes.substr(target_.begin, target_.end - target_.begin);
  if (target.empty() || target.front() != '/') return refuse(400, "the target is no path");
  if (target.find('#') != std::string_view::npos) return refuse(400, "the target has a fragment");
  if (!bytes.substr(target_.end).starts_with(" HTTP/1.") || target_.begin != method_.end + 1)
    return refuse(400, "the request line has more spaces than two");
  return Progress::kReady;
}

MessageReader::Progress MessageReader::check_fields(std::string_view bytes) {
  if (parser_.http_major != 1 || parser_.http_minor > 1)
    return refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken");
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  const auto text = [&](const Range& range) {
    return bytes.substr(range.begin, range.end - range.begin);
  };
  for (const Line& line : lines_) {
    const auto name = text(line.name);
    if (name.empty()) return refuse(400, "a header line has no name");
    if (same_name(name, "host")) ++hosts;
    if (same_name(name, "content-length")) ++lengths;
    if (!same_name(name, "transfer-encoding")) continue;
    ++codings;
    if (!same_name(trimmed(text(line.value)), "chunked"))
      return refuse(501, "no transfer coding but chunked is taken");
  }
  if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0))
    return refuse(400, "the length of the body is told twice");
  if (codings > 0 && parser_.http_minor == 0) return refuse(400, "HTTP/1.0 has no chunks");
  if (parser_.type == HTTP_RESPONSE) {
    if (parser_.status_code == 204 || parser_.status_code == 304) skip_body();
    return Progress::kReady;
  }
  if (hosts > 1 || (hosts == 0 && parser_.http_minor > 0))
    return refuse(400, "the request needs one Host");
  return check_target(bytes);
}

void MessageReader::fill(Framing& framing, std::string_view bytes) const {
  framing.fields.reserve(lines_.size());
  for (const Line& line : lines_) {
    framing.fields.push_back(
        {bytes.substr(line.name.begin, line.name.end - line.name.begin),
         trimmed(bytes.substr(line.value.begin, line.value.end - line.value.begin))});
  }
  framing.chunked = chunked_;
  framing.length = length_;
  framing.keep_alive = keep_alive_;
}

bool MessageReader::expects_continue(std::string_view bytes) const {
  return std::any_of(lines_.begin(), lines_.end(), [&](const Line& line) {
    const auto value = bytes.substr(line.value.begin, line.value.end - line.value.begin);
    return same_name(bytes.substr(line.name.begin, line.name.end - line.name.begin), "expect") &&
           same_name(trimmed(value), "100-continue");
  });
}

RequestHead MessageReader::request(std::string_view bytes) const {
  RequestHead head;
  fill(head, bytes);
  head.method = bytes.substr(method_.begin, method_.end - method_.begin);
  head.target = bytes.substr(target_.begin, target_.end - target_.begin);
  head.minor = parser_.http_minor;
  return head;
}

ResponseHead MessageReader::response(std::string_view bytes) const {
  ResponseHead head;
  fill(head, bytes);
  head.status = parser_.status_code;
  return head;
}

MessageReader::Part MessageReader::read_body(std::string_view bytes,
                                             std::vector<std::string_view>& data) {
  parser_.data = this;
  data_ = &data;
  if (llhttp_get_errno(&parser_) == HPE_PAUSED) llhttp_resume(&parser_);
  const auto result = llhttp_execute(&parser_, bytes.data(), bytes.size());
  data_ = nullptr;
  if (body_done_)
    return {Progress::kReady,
            static_cast<std::size_t>(llhttp_get_error_pos(&parser_) - bytes.data())};
  if (result == HPE_OK) return {Progress::kMore, bytes.size()};
  return {Progress::kBad, 0};
}

bool MessageReader::at_end() {
  if (body_done_) return true;
  if (llhttp_get_errno(&parser_) == HPE_PAUSED) llhttp_resume(&parser_);
  parser_.data = this;
  return llhttp_finish(&parser_) == HPE_OK || body_done_;
}

}  // namespace turnout::http
