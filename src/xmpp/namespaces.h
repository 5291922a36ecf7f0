// Every namespace that we speak, in one place, by XEP number.
#pragma once

namespace teahouse::ns {

// RFC 6120, 6121, 7395
inline constexpr char stream[] = "http://etherx.jabber.org/streams";
inline constexpr char streams_error[] = "urn:ietf:params:xml:ns:xmpp-streams";
inline constexpr char stanzas_error[] = "urn:ietf:params:xml:ns:xmpp-stanzas";
inline constexpr char client[] = "jabber:client";
inline constexpr char server[] = "jabber:server";
inline constexpr char tls[] = "urn:ietf:params:xml:ns:xmpp-tls";
inline constexpr char sasl[] = "urn:ietf:params:xml:ns:xmpp-sasl";
inline constexpr char bind[] = "urn:ietf:params:xml:ns:xmpp-bind";
inline constexpr char session[] = "urn:ietf:params:xml:ns:xmpp-session";
inline constexpr char roster[] = "jabber:iq:roster";
inline constexpr char roster_versioning[] = "urn:xmpp:features:rosterver";
inline constexpr char pre_approval[] = "urn:xmpp:features:pre-approval";
inline constexpr char framing[] = "urn:ietf:params:xml:ns:xmpp-framing";
inline constexpr char xml[] = "http://www.w3.org/XML/1998/namespace";
inline constexpr char xrd[] = "http://docs.oasis-open.org/ns/xri/xrd-1.0";  // RFC 6415

inline constexpr char data_forms[] = "jabber:x:data";                                         // XEP-0004
inline constexpr char last_activity[] = "jabber:iq:last";                                     // XEP-0012
inline constexpr char disco_info[] = "http://jabber.org/protocol/disco#info";                 // XEP-0030
inline constexpr char disco_items[] = "http://jabber.org/protocol/disco#items";               // XEP-0030
inline constexpr char muc[] = "http://jabber.org/protocol/muc";                               // XEP-0045
inline constexpr char muc_user[] = "http://jabber.org/protocol/muc#user";                     // XEP-0045
inline constexpr char muc_admin[] = "http://jabber.org/protocol/muc#admin";                   // XEP-0045
inline constexpr char muc_owner[] = "http://jabber.org/protocol/muc#owner";                   // XEP-0045
inline constexpr char bookmark_list[] = "storage:bookmarks";                                  // XEP-0048
inline constexpr char private_xml[] = "jabber:iq:private";                                    // XEP-0049
inline constexpr char commands[] = "http://jabber.org/protocol/commands";                     // XEP-0050
inline constexpr char vcard_temp[] = "vcard-temp";                                            // XEP-0054
inline constexpr char rsm[] = "http://jabber.org/protocol/rsm";                               // XEP-0059
inline constexpr char pubsub_event[] = "http://jabber.org/protocol/pubsub#event";             // XEP-0060
inline constexpr char pubsub[] = "http://jabber.org/protocol/pubsub";                         // XEP-0060
inline constexpr char pubsub_owner[] = "http://jabber.org/protocol/pubsub#owner";             // XEP-0060
inline constexpr char pubsub_errors[] = "http://jabber.org/protocol/pubsub#errors";           // XEP-0060
inline constexpr char register_iq[] = "jabber:iq:register";                                   // XEP-0077
inline constexpr char register_feature[] = "http://jabber.org/features/iq-register";          // XEP-0077
inline constexpr char avatar_data[] = "urn:xmpp:avatar:data";                                 // XEP-0084
inline constexpr char avatar_metadata[] = "urn:xmpp:avatar:metadata";                         // XEP-0084
inline constexpr char chat_states[] = "http://jabber.org/protocol/chatstates";                // XEP-0085
inline constexpr char version[] = "jabber:iq:version";                                        // XEP-0092
inline constexpr char caps[] = "http://jabber.org/protocol/caps";                             // XEP-0115
inline constexpr char vcard_update[] = "vcard-temp:x:update";                                 // XEP-0153
inline constexpr char server_info[] = "http://jabber.org/network/serverinfo";                 // XEP-0157
inline constexpr char nick[] = "http://jabber.org/protocol/nick";                             // XEP-0172
inline constexpr char admin[] = "http://jabber.org/protocol/admin";                           // XEP-0133
inline constexpr char receipts[] = "urn:xmpp:receipts";                                       // XEP-0184
inline constexpr char blocking[] = "urn:xmpp:blocking";                                       // XEP-0191
inline constexpr char blocking_errors[] = "urn:xmpp:blocking:errors";                         // XEP-0191
inline constexpr char sm[] = "urn:xmpp:sm:3";                                                 // XEP-0198
inline constexpr char ping[] = "urn:xmpp:ping";                                               // XEP-0199
inline constexpr char time[] = "urn:xmpp:time";                                               // XEP-0202
inline constexpr char delay[] = "urn:xmpp:delay";                                             // XEP-0203
inline constexpr char direct_invite[] = "jabber:x:conference";                                // XEP-0249
inline constexpr char carbons[] = "urn:xmpp:carbons:2";                                       // XEP-0280
inline constexpr char vcard4[] = "urn:ietf:params:xml:ns:vcard-4.0";                          // XEP-0292
inline constexpr char vcard4_node[] = "urn:xmpp:vcard4";                                      // XEP-0292
inline constexpr char forward[] = "urn:xmpp:forward:0";                                       // XEP-0297
inline constexpr char hashes[] = "urn:xmpp:hashes:2";                                         // XEP-0300
inline constexpr char mam[] = "urn:xmpp:mam:2";                                               // XEP-0313
inline constexpr char mam_extended[] = "urn:xmpp:mam:2#extended";                             // XEP-0313
inline constexpr char chat_markers[] = "urn:xmpp:chat-markers:0";                             // XEP-0333
inline constexpr char hints[] = "urn:xmpp:hints";                                             // XEP-0334
inline constexpr char csi[] = "urn:xmpp:csi:0";                                               // XEP-0352
inline constexpr char stanza_id[] = "urn:xmpp:sid:0";                                         // XEP-0359
inline constexpr char upload[] = "urn:xmpp:http:upload:0";                                    // XEP-0363
inline constexpr char pars[] = "urn:xmpp:pars:0";                                             // XEP-0379
inline constexpr char reporting[] = "urn:xmpp:reporting:1";                                   // XEP-0377
inline constexpr char bind2[] = "urn:xmpp:bind:0";                                            // XEP-0386
inline constexpr char sasl2[] = "urn:xmpp:sasl:2";                                            // XEP-0388
inline constexpr char caps_optimized[] = "urn:xmpp:caps";                                     // XEP-0390
inline constexpr char pep_vcard_conversion[] = "urn:xmpp:pep-vcard-conversion:0";             // XEP-0398
inline constexpr char invite[] = "urn:xmpp:invite#invite";                                    // XEP-0401
inline constexpr char create_account[] = "urn:xmpp:invite#create-account";                    // XEP-0401
inline constexpr char invitation[] = "urn:xmpp:invite#invitation";                            // XEP-0401
inline constexpr char bookmarks[] = "urn:xmpp:bookmarks:1";                                   // XEP-0402
inline constexpr char bookmarks_compat[] = "urn:xmpp:bookmarks:1#compat";                     // XEP-0402
inline constexpr char bookmarks_compat_pep[] = "urn:xmpp:bookmarks:1#compat-pep";             // XEP-0402
inline constexpr char self_ping[] = "http://jabber.org/protocol/muc#self-ping-optimization";  // XEP-0410
inline constexpr char bookmarks_conversion[] = "urn:xmpp:bookmarks-conversion:0";             // XEP-0411
inline constexpr char occupant_id[] = "urn:xmpp:occupant-id:0";                               // XEP-0421
inline constexpr char message_retract[] = "urn:xmpp:message-retract:1";                       // XEP-0424
inline constexpr char message_tombstones[] = "urn:xmpp:message-retract:1#tombstone";          // XEP-0424
inline constexpr char message_moderate[] = "urn:xmpp:message-moderate:1";                     // XEP-0425
inline constexpr char channel_binding[] = "urn:xmpp:sasl-cb:0";                               // XEP-0440
inline constexpr char ibr_token[] = "urn:xmpp:ibr-token:0";                                   // XEP-0445
inline constexpr char outage[] = "urn:xmpp:sos:0";                                            // XEP-0455
inline constexpr char fast[] = "urn:xmpp:fast:0";                                             // XEP-0484
inline constexpr char displayed[] = "urn:xmpp:mds:displayed:0";                               // XEP-0490
inline constexpr char displayed_assist[] = "urn:xmpp:mds:server-assist:0";                    // XEP-0490
inline constexpr char cam[] = "urn:xmpp:cam:0";                                               // XEP-0494
inline constexpr char data_policy[] = "urn:xmpp:data-policy:0";                               // XEP-0504

}  // namespace teahouse::ns
