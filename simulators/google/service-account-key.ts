import { serviceAccount } from './seeds.ts';

const privateKey = `-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC3cRfWy5h/yDnl
7IiKEUNhJxPA2huwBzPXjfb5VHujG/SRK+iI23nbeZNysdUjsfnId6jtpqpuqSt0
CleuLA0hytuv4cjHhXXYQoZ8L1V/uD4yd/wkhDwK64z85BDq72ixNQdCA2DHtDly
FAaN4dsEG2LakOQxElELNAGknCWvn+YMbPlutuVtzW69epuKWSM4GnrRztOGnQ+E
UL6AqOFbUomrMJeiFdsiixSRopIvHrkDzptXYU8egVRsS1/hkxkEnF9Sepg++cju
/4M8WgxtCpMHlO5eghJhx7yZxvyAzcEyw2UZRIKYCnBlwvO+98PfmQR9Q0SvBme8
XJC7GhT/AgMBAAECggEAEG4ywmxt9lQKy4tKF4PAUz1ayZU/kZ6ziAURL/ffMxbX
6wDRzSBLY9sZ19YRzyarxsbg/JhG/65rU/NxMwqDCpnO34wLncNYcMxUm17p+4yX
FZIlpWeqsRe0AxqyYTicWfLz+Xev/XMpCgy9IYwvP8jsK8N6jOKlG6nG0+WggoBb
FLfGduk5goRVGZJ3sgnZrENDL0HG2yoiGgquqOj3cSkoysKh+W36AbztKuu6Mbhn
8KQ2Uj2xp5FOLViiH3WCd2xU2C6783BJC2H51vrgHtjpas1laYSVXPNq+j1lAU1a
dsWhIkCSdyTvccBk2hWiyVAgZ8xzT0wBa8s5eaGqUQKBgQDgTqNnFIikaKrAEv1l
/GbzHVwNqHhoHkYGwexdAoYAEmWpnwndLfXO1gMHt5DYoCgpNsjGoNZJENl8TzkU
LYjOhpaXETTlOqhnDDELFqLX+4TgEHjxyrUhJKZgSkzM0+8W6MrZ7I/ZbOvfWlCo
KPHijJOoDy1RbNH3vfEWXszOywKBgQDRXFJfjvbZUq8KhCE4f3yfqHDSZ6kD1Sa+
nK1xeOtNsp0Ra1Y7oN9wtIxI3jeH89qqRWJVLEsuS6EjntL+rmMADNv9nPZSBGUS
4FHcf9+Ki3hBU3F0uyNt5qh470EAMgs/FhGrBCjl41xh07fJKqFGHOcbXWOHz4lG
OQFyTHb4HQKBgGtvfvh6b1BACbjh35kfobfEUjkAfltwVJ4b+Dg8Yy5ZoXPzBuh3
gQrGmsDxfWEkpNfIs7Xfh4OLnH/b+jzd6m7xK+PDjBBXXh2tSzhCaVEF2Yjwmt1E
+Cidw0rPi6V3xUa1zaM/mU7MytU6DvPcWK7oIjkWu+AKPS9qPLU4RuStAoGBAIl2
Coe/gIhUZ6WJ95325saVe+5KLYjcrOG+UYsNj8GmIsbLKQVhrRN9GBbIAMH89HeT
suqleH9fHOAcagDaUxo3V0H/iyNyy0JHkrgqJYX76OtLdFTmgm6oYbl1rcIJGaVE
Qjl9M7UtQPziW+tzWAyG8Z7gBHepZkJ7L13yorJpAoGBAKxIWqhbwhHXOuQoC2iR
p8jwNcA5y6Oqz7NcPGDontYl8mkpbsPFZo3fDXnWdScZRbOZby2gnnVt/FLll2sp
TjBdAATa+ek4xzqiCQ4VDqimnd0fmuTNuZ/JHVJbI0LEw82JhAYhe24N1hDUFX1O
ytOUcQqUo7k39d+q6VlEx5t/
-----END PRIVATE KEY-----
`;

/** What the seeded service account's assertions are checked with. */
export const publicKey = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAt3EX1suYf8g55eyIihFD
YScTwNobsAcz1432+VR7oxv0kSvoiNt523mTcrHVI7H5yHeo7aaqbqkrdApXriwN
Icrbr+HIx4V12EKGfC9Vf7g+Mnf8JIQ8CuuM/OQQ6u9osTUHQgNgx7Q5chQGjeHb
BBti2pDkMRJRCzQBpJwlr5/mDGz5brblbc1uvXqbilkjOBp60c7Thp0PhFC+gKjh
W1KJqzCXohXbIosUkaKSLx65A86bV2FPHoFUbEtf4ZMZBJxfUnqYPvnI7v+DPFoM
bQqTB5TuXoISYce8mcb8gM3BMsNlGUSCmApwZcLzvvfD35kEfUNErwZnvFyQuxoU
/wIDAQAB
-----END PUBLIC KEY-----
`;

/** The key file of the seeded service account, as Google's console hands it out. */
export function serviceAccountKeyFile(publicUrl: string): string {
  const { clientId, clientEmail, keyId } = serviceAccount;
  return JSON.stringify({
    type: 'service_account',
    project_id: 'mercato-aurora-dev',
    private_key_id: keyId,
    private_key: privateKey,
    client_email: clientEmail,
    client_id: clientId,
    auth_uri: `${publicUrl}/o/oauth2/auth`,
    token_uri: `${publicUrl}/token`,
    auth_provider_x509_cert_url: `${publicUrl}/oauth2/v1/certs`,
    client_x509_cert_url: `${publicUrl}/robot/v1/metadata/x509/${encodeURIComponent(clientEmail)}`,
    universe_domain: 'googleapis.com',
  });
}
