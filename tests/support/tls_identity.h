#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <string>

namespace turnout::http {

struct KeyFreer {
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
};
struct CertificateFreer {
  void operator()(X509* certificate) const { ::X509_free(certificate); }
};

/// A certificate that signs itself, for one name.
struct Identity {
  std::unique_ptr<EVP_PKEY, KeyFreer> key{::EVP_EC_gen("P-256")};
  std::unique_ptr<X509, CertificateFreer> certificate{::X509_new()};

  /// @param days  for which it is valid, from now; negative: it has expired
  explicit Identity(const std::string& name, int days = 1) {
    X509* made = certificate.get();
    ::X509_set_version(made, 2);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(made), 1);
    ::X509_time_adj_ex(::X509_getm_notBefore(made), -30, 0, nullptr);
    ::X509_time_adj_ex(::X509_getm_notAfter(made), days, 0, nullptr);
    ::X509_set_pubkey(made, key.get());
    X509_NAME* subject = ::X509_get_subject_name(made);
    ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    ::X509_set_issuer_name(made, subject);
    X509_EXTENSION* names =
        ::X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name.c_str());
    ::X509_add_ext(made, names, -1);
    ::X509_EXTENSION_free(names);
    ::X509_sign(made, key.get(), ::EVP_sha256());
  }
  void write(const std::string& path) const {
    FILE* file = std::fopen(path.c_str(), "w");
    ::PEM_write_X509(file, certificate.get());
    std::fclose(file);
  }
  /// @param password  nullptr: not encrypted
  void write_key(const std::string& path, const char* password = nullptr) const {
    FILE* file = std::fopen(path.c_str(), "w");
    ::PEM_write_PrivateKey(file, key.get(), password == nullptr ? nullptr : ::EVP_aes_128_cbc(),
                           nullptr, 0, nullptr, const_cast<char*>(password));  // NOLINT
    std::fclose(file);
  }
};

}  // namespace turnout::http
