// PieceBody: for Beast's parsers, a body that is taken out piece by piece. Beast's own string reserves whatever
// Content-Length says. Only for request_reader.cc and response_reader.cc.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace teahouse::http {

// "0", CRLF, CRLF: no chunked body is shorter. Beast asserts that it never saw the last chunk's line with less behind
// it.
constexpr size_t chunked_bytes_min = 5;

struct PieceBody {
  using value_type = std::string;
  struct reader {
    template <bool is_request, class Fields>
    reader(boost::beast::http::header<is_request, Fields>& /*head*/, value_type& body) : piece(body) {}
    void init(const boost::optional<uint64_t>& /*length*/, boost::beast::error_code& error) { error = {}; }
    template <class Buffers>
    size_t put(const Buffers& buffers, boost::beast::error_code& error) {
      error = {};
      const size_t before = piece.size();
      for (auto each = boost::asio::buffer_sequence_begin(buffers); each != boost::asio::buffer_sequence_end(buffers);
           ++each) {
        piece.append(static_cast<const char*>(each->data()), each->size());
      }
      return piece.size() - before;
    }
    void finish(boost::beast::error_code& error) { error = {}; }
    value_type& piece;
  };
};

inline std::string_view to_view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace teahouse::http
