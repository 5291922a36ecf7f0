// ListNode: a link inside an object, so that being in a list costs no allocation and leaving it no search.
//
// A node on its own is the empty list's head; a head and its members form a ring. A destroyed node has left its list.
#pragma once

namespace teahouse::net {

class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { unlink(); }

  bool linked() const { return next_ != this; }
  ListNode* next() const { return next_; }

  // Goes to the end of the list that `head` begins.
  void link_before(ListNode& head) {
    unlink();
    previous_ = head.previous_;
    next_ = &head;
    head.previous_->next_ = this;
    head.previous_ = this;
  }
  void unlink() {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = this;
  }
  // REQUIRES: this is an empty head. Takes all members of `head`, in order.
  void take_all(ListNode& head) {
    if (!head.linked()) return;
    link_before(head);  // between the last member and the old head ...
    head.unlink();      // ... which steps out and leaves the ring to us
  }

 private:
  ListNode* previous_ = this;
  ListNode* next_ = this;
};

}  // namespace teahouse::net
